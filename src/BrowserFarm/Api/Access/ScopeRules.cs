using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Access;

/// <summary>What an endpoint asks of its caller.</summary>
/// <param name="Scope">Null when it is open to all.</param>
internal sealed record ScopeRule(string? Scope);

/// <summary>Says what an endpoint, or a group of them, asks of its caller. One that says nothing is for <see cref="Scopes.Admin"/> only, so that none is open by oversight.</summary>
public static class ScopeRules
{
    /// <summary>Lets in only tokens with a scope. What is said last holds: an endpoint's own over its group's.</summary>
    /// <exception cref="ArgumentException">There is no such scope.</exception>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        if (!Scopes.All.Contains(scope, StringComparer.Ordinal))
            throw new ArgumentException($"There is no scope {scope}; there are {string.Join(", ", Scopes.All)}.", nameof(scope));
        return builder.WithMetadata(new ScopeRule(scope));
    }

    /// <summary>Lets everybody in, without a token: health checks, the page that asks for one.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ScopeRule(Scope: null));

    /// <summary>The rule of a request. What no route answers (404, 405) is open: there is nothing to protect.</summary>
    internal static ScopeRule Of(Endpoint? endpoint) =>
        endpoint is RouteEndpoint ? endpoint.Metadata.GetMetadata<ScopeRule>() ?? new ScopeRule(Scopes.Admin) : new ScopeRule(Scope: null);
}
