using System.Text.Json;
using System.Text.Json.Serialization;
using BrowserFarm.Api.Endpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Access;

/// <summary>What a page sends to have its browser remember a token.</summary>
internal sealed record SessionRequest(string Token);

/// <summary><c>POST /v1/session</c> with a token in the body sets the cookie, <c>DELETE /v1/session</c> takes it away; both answer 204.</summary>
public static class SessionEndpoints
{
    private static readonly StrictJsonLimits Limits = new() { MaxBytes = 4096, MaxTime = TimeSpan.FromSeconds(10) };

    /// <summary>Adds both endpoints, open to all: whoever has a token shows it here.</summary>
    public static IEndpointRouteBuilder MapSession(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/v1/session", BeginAsync).OpenToAll()
            .Documented("Has a browser remember a token", "Sets the cookie by which the dashboard asks from then on, out of reach for scripts.", typeof(SessionRequest), 204, null, 400, 413, 415, 422).StillRefuses(401, 403, 429);
        endpoints.MapDelete("/v1/session", End).OpenToAll()
            .Documented("Has a browser forget its token", "Takes the cookie away; also where there was none.", null, 204, null).StillRefuses(403);
        return endpoints;
    }

    private static async Task<IResult> BeginAsync(HttpContext context, TokenStore tokens, TokenRates rates, TimeProvider time)
    {
        var body = await StrictJson.ReadAsync(context, AccessJson.Strict.SessionRequest, Limits, time);
        if (!body.IsRead)
            return Problems.Result(body.Problem);
        if (tokens.IsOpen)
            return TypedResults.NoContent();

        var (token, refusal) = AccessMiddleware.Recognise(tokens, rates, body.Value.Token);
        if (token is null)
        {
            context.Response.Headers.WWWAuthenticate = AccessProblems.ChallengeOf(refusal!, scope: null);
            return Problems.Result(refusal!);
        }

        SessionCookie.Set(context, body.Value.Token, token, time);
        return TypedResults.NoContent();
    }

    private static NoContent End(HttpContext context)
    {
        SessionCookie.Delete(context);
        return TypedResults.NoContent();
    }
}

[JsonSerializable(typeof(SessionRequest))]
internal sealed partial class AccessJson : JsonSerializerContext
{
    public static AccessJson Strict { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}
