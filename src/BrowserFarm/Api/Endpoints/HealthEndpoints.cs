using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Endpoints;

/// <summary><c>/healthz</c>: the process lives. <c>/readyz</c>: it can take work, and why not. Neither waits for anything.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz", () => Results.Json(new AliveAnswer("alive"), ApiJson.Readable.AliveAnswer)).OpenToAll()
            .Documented("The process lives", "Never blocked by the pool or the queue.", null, 200, typeof(AliveAnswer));
        endpoints.MapGet("/readyz", Ready).OpenToAll()
            .Documented("It can take work, and why not", "503 with the same body when it cannot.", null, 200, typeof(ReadyAnswer));
    }

    private static IResult Ready(Readiness readiness)
    {
        var conditions = readiness.Look();
        var ready = conditions.All(condition => condition.Reason is null);
        return Results.Json(
            new ReadyAnswer(ready, [.. conditions.Select(condition => new ReadyCheck(condition.Name, condition.Reason is null, condition.Reason))]),
            ApiJson.Readable.ReadyAnswer,
            statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
