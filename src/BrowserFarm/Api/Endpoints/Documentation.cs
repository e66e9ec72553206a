using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Endpoints;

/// <summary>What the API's document says of an endpoint.</summary>
internal static class Documentation
{
    /// <param name="body">Type of the body; null for none.</param>
    /// <param name="answer">Type of the answer; null for one that is no JSON, or empty.</param>
    /// <param name="problems">Statuses of the problems it may answer with, besides those that every endpoint has.</param>
    public static RouteHandlerBuilder Documented(this RouteHandlerBuilder endpoint, string summary, string description, Type? body, int status, Type? answer, params int[] problems) =>
        endpoint.Documented(summary, description, body, [], status, answer, problems);

    /// <param name="otherTypes">Types of the body besides JSON.</param>
    public static RouteHandlerBuilder Documented(
        this RouteHandlerBuilder endpoint, string summary, string description, Type? body, string[] otherTypes, int status, Type? answer, params int[] problems)
    {
        endpoint.WithSummary(summary);
        if (description.Length > 0)
            endpoint.WithDescription(description);
        if (body is not null)
            endpoint.Accepts(body, "application/json", otherTypes);
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, answer ?? typeof(void), answer is null ? [] : ["application/json"]));
        foreach (var problem in problems.Union([401, 403, 429]))
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(problem, typeof(ProblemBody), [Problems.ContentType]));
        return endpoint;
    }

    /// <summary>Of one that is open to all: what it refuses all the same.</summary>
    public static RouteHandlerBuilder StillRefuses(this RouteHandlerBuilder endpoint, params int[] statuses) => endpoint.WithMetadata(new OpenRefusals(statuses));

    /// <summary>A member of the query.</summary>
    /// <param name="isNumber">False for a text.</param>
    /// <param name="allowed">The legal words; none for any.</param>
    public static RouteHandlerBuilder Asks(this RouteHandlerBuilder endpoint, string name, string description, bool isNumber = false, bool isRequired = false, params string[] allowed) =>
        endpoint.WithMetadata(new DocumentedParameter(name, description, IsHeader: false, isNumber, isRequired, allowed));

    /// <summary>Cursor and limit of a list.</summary>
    public static RouteHandlerBuilder Paged(this RouteHandlerBuilder endpoint, int limit, int most) => endpoint
        .Asks("cursor", "Where to go on: the last answer's next.", isNumber: true)
        .Asks("limit", $"How many at most, {limit} when left out, up to {most}.", isNumber: true);

    /// <summary>The header by which a request may be sent again.</summary>
    public static RouteHandlerBuilder TakesKey(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new DocumentedParameter(CrawlEndpoints.KeyHeader, "Sent again with the same key, the same request counts once.", IsHeader: true, IsNumber: false, IsRequired: false, []));

    /// <summary>Types in which it answers besides JSON.</summary>
    public static RouteHandlerBuilder AlsoAnswers(this RouteHandlerBuilder endpoint, params string[] types) => endpoint.WithMetadata(new OtherAnswers(types));
}

/// <summary>What a request may have besides its path and body.</summary>
internal sealed record DocumentedParameter(string Name, string Description, bool IsHeader, bool IsNumber, bool IsRequired, string[] Allowed);

/// <summary>Statuses with which an endpoint that is open to all refuses somebody nevertheless.</summary>
internal sealed record OpenRefusals(int[] Statuses);

/// <summary>Types in which an endpoint answers besides JSON.</summary>
internal sealed record OtherAnswers(string[] Types);
