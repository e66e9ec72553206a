using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Endpoints;

/// <summary>What the API's document says of an endpoint.</summary>
internal static class Documentation
{
    /// <param name="body">Type of the body; null for none.</param>
    /// <param name="answer">Type of the answer; null for one that is no JSON.</param>
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
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, answer, answer is null ? [] : ["application/json"]));
        foreach (var problem in problems.Union([401, 403, 429]))
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(problem, typeof(ProblemBody), [Problems.ContentType]));
        return endpoint;
    }
}
