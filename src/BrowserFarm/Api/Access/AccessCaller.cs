using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Token">Null where no tokens are configured, and at endpoints that are open to all.</param>
public sealed record AccessCaller(AccessToken? Token, bool MayDoEverything)
{
    /// <summary>Everybody, where no tokens are configured.</summary>
    public static AccessCaller Everybody { get; } = new(Token: null, MayDoEverything: true);

    /// <summary>Somebody who has shown nothing, at an endpoint that is open to all.</summary>
    public static AccessCaller Nobody { get; } = new(Token: null, MayDoEverything: false);

    /// <summary>For what depends on more than the endpoint: scripts in a job need <see cref="Scopes.JobsScript"/>.</summary>
    public bool Allows(string scope) => MayDoEverything || Token?.Allows(scope) == true;
}

public static class AccessCallerExtensions
{
    /// <summary>Who makes this request, as <see cref="AccessMiddleware"/> found out; nobody before it ran.</summary>
    public static AccessCaller GetCaller(this HttpContext context) => context.Features.Get<AccessCaller>() ?? AccessCaller.Nobody;
}
