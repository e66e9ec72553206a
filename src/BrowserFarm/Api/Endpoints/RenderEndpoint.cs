using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;
using BrowserFarm.Jobs;
using BrowserFarm.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Endpoints;

/// <summary><c>/v1/render</c>: one page, read while the caller waits.</summary>
internal static class RenderEndpoint
{
    private const double DefaultWaitSeconds = 30;
    private const double MostWaitSeconds = 300;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/render", RenderAsync).RequireScope(Scopes.JobsWrite)
            .Documented(
                "Reads one page while the caller waits",
                "The answer is the page's document; with one wanted format that is a file (png, jpeg, webp, pdf, mhtml, har, raw) and ?file=true the file itself. A page that fails is a problem of status 502 with its class.",
                typeof(RenderPageRequest), 200, typeof(PageDocument), 400, 413, 422, 502, 503)
            .Asks("file", "With one wanted format that is a file: answer with it.", allowed: ["true"]).AlsoAnswers("application/octet-stream");

    private static async Task<IResult> RenderAsync(HttpContext context, Bodies bodies, PageReader reader, CancellationToken cancellationToken)
    {
        var body = await bodies.ReadAsync(context, ApiJson.Readable.RenderPageRequest);
        if (!body.IsRead)
            return Problems.Result(body.Problem);

        var mistakes = new Mistakes();
        var request = body.Value;
        if (request.WaitSeconds is < 0 or > MostWaitSeconds or double.NaN)
            mistakes.Add("/waitSeconds", "It is out of range.", [$"0 to {MostWaitSeconds}"]);
        var (spec, seeds) = CrawlRequestReader.Read(new JobRequest { Url = request.Url, Page = request.Page, Engine = request.Engine }, mistakes);
        if (await bodies.JudgeAsync(context, spec.Page, seeds, "/url", isList: false, mistakes, cancellationToken) is { } refused)
            return Problems.Result(refused);

        var reading = await reader.ReadAsync(
            seeds[0], spec.Page, spec.Engine, request.IgnoreRobots ?? false, TimeSpan.FromSeconds(request.WaitSeconds ?? DefaultWaitSeconds), cancellationToken);
        return reading switch
        {
            PageReading.Read read => Answer(context, read, spec.Page),
            PageReading.Busy busy => Problems.Result(new Problem(StatusCodes.Status503ServiceUnavailable, "busy", "Its turn did not come in time", busy.Reason) { RetryAfter = busy.RetryAfter }),
            PageReading.Failed { Failure: var failure } => Problems.Result(Failed(failure)),
            _ => throw new InvalidOperationException($"An outcome nobody knows: {reading}."),
        };
    }

    private static Problem Failed(AttemptFailure failure) =>
        new(StatusCodes.Status502BadGateway, $"page-{failure.Class}", "The page could not be read", ClientText.Clean(failure.Reason)) { RetryAfter = failure.RetryAfter };

    private static IResult Answer(HttpContext context, PageReading.Read read, PageWish wish)
    {
        if (context.Request.Query["file"] == "true" && wish.Formats is [var format] && read.Page.Files.TryGetValue(format, out var file))
            return ArtifactAnswer.Send(context, file, PageFormats.NameOf(format));
        return Results.Json(read.Document, ApiJson.Readable.PageDocument);
    }
}
