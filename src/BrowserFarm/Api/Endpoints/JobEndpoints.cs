using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Endpoints;

/// <summary><c>/v1/jobs</c>: one page in the queue, where it is, what came of it; called off, or tried again.</summary>
internal static class JobEndpoints
{
    /// <summary>Name of the picture that is the evidence of a failed job.</summary>
    private const string Screenshot = "screenshot";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/jobs", SubmitAsync).RequireScope(Scopes.JobsWrite)
            .Documented("Puts one page in the queue", "It is a crawl of one page; its result is read by the job's number. With an Idempotency-Key the same request may be sent again.", typeof(JobRequest), 201, typeof(SubmittedJob), 400, 413, 422).TakesKey();
        api.MapGet("/jobs/{id:long}", Find).RequireScope(Scopes.JobsRead).Documented("Where a job is, with all its tries", "", null, 200, typeof(JobAnswer), 404);
        api.MapGet("/jobs/{id:long}/result", Result).RequireScope(Scopes.JobsRead).Documented("What was read for a job", "Its ETag never changes: a result does not.", null, 200, typeof(PageDocument), 404);
        api.MapGet("/jobs/{id:long}/artifacts/{name}", Artifact).RequireScope(Scopes.JobsRead)
            .Documented("A file of a job", "A picture, a print, an archive, by the name under artifacts in its result; screenshot is the evidence of a failed one.", null, 200, null, 404).AlsoAnswers("application/octet-stream");
        api.MapPost("/jobs/{id:long}/cancel", CancelAsync).RequireScope(Scopes.JobsWrite).Documented("Calls a job off", "A page that is open is closed within two seconds.", null, 200, typeof(CancelAnswer), 404, 409);
        api.MapPost("/jobs/{id:long}/retry", RetryAsync).RequireScope(Scopes.JobsWrite).Documented("Puts a failed job back in line", "With all its tries before it again.", null, 200, typeof(RequeuedAnswer), 404, 409);
    }

    private static Problem NoSuchJob(long id) => Problems.NotFound($"There is no job {id}.");

    private static async Task<IResult> SubmitAsync(
        HttpContext context, Bodies bodies, QueueShares shares, ServiceCrawls crawls, IJobQueue queue, SqliteQueueView view, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await bodies.ReadAsync(context, ApiJson.Readable.JobRequest);
        if (!body.IsRead)
            return Problems.Result(body.Problem);

        var mistakes = new Mistakes();
        var (spec, seeds) = CrawlRequestReader.Read(body.Value, mistakes);
        if (await bodies.JudgeAsync(context, spec.Page, seeds, "/url", isList: false, mistakes, cancellationToken) is { } refused)
            return Problems.Result(refused);

        if (await shares.CheckAsync(context, seeds.Count, cancellationToken) is { } full)
            return Problems.Result(full);

        spec = spec with { Owner = QueueShares.OwnerOf(context) };
        var key = context.Request.Headers[CrawlEndpoints.KeyHeader].ToString();
        var crawl = CrawlEndpoints.NameOf(context, key, time);
        if (await CrawlEndpoints.EnsureAsync(crawl, spec, seeds, key.Length > 0, crawls, queue, cancellationToken) is { } problem)
            return Problems.Result(problem);
        var id = view.Jobs(crawl, after: 0, atMost: 1)[0].Id;
        return Results.Json(new SubmittedJob(id, crawl), ApiJson.Readable.SubmittedJob, statusCode: CrawlEndpoints.Created(context, $"/v1/jobs/{id}"));
    }

    private static IResult Find(long id, SqliteQueueView view, TimeProvider time) =>
        view.CrawlOf(id) is { } crawl && JobAnswer.Of(view.Locate(crawl, id, time.GetUtcNow())) is { } answer
            ? Results.Json(WithFiles(answer, view), ApiJson.Readable.JobAnswer)
            : Problems.Result(NoSuchJob(id));

    private static JobAnswer WithFiles(JobAnswer answer, SqliteQueueView view) => answer.State switch
    {
        "failed" when view.EvidenceOf(answer.Id) is { } evidence => answer with { Evidence = evidence, Artifacts = evidence.Screenshot is null ? [] : [Screenshot] },
        "succeeded" => answer with { Artifacts = view.ArtifactNamesOf(answer.Id) },
        _ => answer,
    };

    private static IResult Result(long id, HttpContext context, SqliteQueueView view)
    {
        if (view.ResultOf(id) is not { } result)
            return Problems.Result(view.CrawlOf(id) is null ? NoSuchJob(id) : Problems.NotFound($"Nothing was read for the job {id}, or not yet."));

        var tag = $"\"{result.Sequence}\"";
        context.Response.Headers.ETag = tag;
        return context.Request.Headers.IfNoneMatch.Contains(tag, StringComparer.Ordinal)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Json(result.Document, ApiJson.Readable.PageDocument);
    }

    private static IResult Artifact(long id, string name, HttpContext context, SqliteQueueView view, ArtifactFiles files)
    {
        var path = name == Screenshot ? view.EvidenceOf(id)?.Screenshot : view.ResultOf(id)?.Document.Artifacts?.GetValueOrDefault(name);
        return path is not null && files.Open(path) is { } file
            ? ArtifactAnswer.Send(context, file, path)
            : Problems.Result(Problems.NotFound($"The job {id} has no file '{ClientText.Clean(name)}'."));
    }

    private static async Task<IResult> CancelAsync(long id, ServiceCrawls crawls, SqliteQueueView view, CancellationToken cancellationToken)
    {
        if (view.CrawlOf(id) is not { } crawl)
            return Problems.Result(NoSuchJob(id));
        return await crawls.CancelJobAsync(id, cancellationToken) is { } report
            ? Results.Json(CancelAnswer.Of(crawl, report), ApiJson.Readable.CancelAnswer)
            : Problems.Result(new Problem(StatusCodes.Status409Conflict, "job-ended", "The job has ended", $"The job {id} has ended already: there is nothing to call off."));
    }

    private static async Task<IResult> RetryAsync(long id, ServiceCrawls crawls, SqliteQueueView view, CancellationToken cancellationToken)
    {
        if (view.CrawlOf(id) is not { } crawl)
            return Problems.Result(NoSuchJob(id));
        try
        {
            return await crawls.RequeueAsync(crawl, [id], cancellationToken) == 1
                ? Results.Json(new RequeuedAnswer(1), ApiJson.Readable.RequeuedAnswer)
                : Problems.Result(new Problem(StatusCodes.Status409Conflict, "job-not-failed", "The job has not failed", $"Only a failed job can be tried again; the job {id} is not one."));
        }
        catch (CrawlCancelledException exception)
        {
            return Problems.Result(new Problem(StatusCodes.Status409Conflict, "crawl-cancelled", "The crawl was cancelled", ClientText.Clean(exception.Message)));
        }
    }
}
