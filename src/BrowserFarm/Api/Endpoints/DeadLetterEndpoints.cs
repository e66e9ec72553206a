using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Endpoints;

/// <summary><c>/v1/dead-letters</c>: pages that were given up, why, and back in line.</summary>
internal static class DeadLetterEndpoints
{
    /// <summary>Read, or put back, in one go.</summary>
    private const int AtOnce = 500;

    private const int MostClasses = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/dead-letters", ListAsync).RequireScope(Scopes.JobsRead)
            .Documented("Pages of a crawl that were given up, with every try", "?crawl= names the crawl; ?class= takes only those that failed for this.", null, 200, typeof(DeadLetterList), 400, 404)
            .Paged(limit: 100, most: 1000).Asks("crawl", "Whose.", isRequired: true).Asks("class", "Only those that failed for this, as http-404.");
        api.MapGet("/dead-letters/classes", Classes).RequireScope(Scopes.JobsRead)
            .Documented("For what pages were given up, and how many", "Of all crawls, those begun last first, or of the one that ?crawl= names.", null, 200, typeof(FailureClassList))
            .Asks("crawl", "Whose; left out, of all crawls.");
        api.MapPost("/dead-letters/requeue", RequeueAsync).RequireScope(Scopes.JobsWrite)
            .Documented("Puts failed pages back in line", "By their numbers, or all of a crawl, or all that failed for one reason.", typeof(RequeueRequest), 200, typeof(RequeuedAnswer), 400, 404, 409, 422);
    }

    private static IResult Classes(HttpContext context, SqliteQueueView view)
    {
        var crawl = context.Request.Query["crawl"].ToString();
        return Results.Json(
            new FailureClassList([.. view.FailureClasses(crawl.Length > 0 ? crawl : null, MostClasses).Select(row => new FailureClassAnswer(row.Crawl, row.Class, row.Count))]),
            ApiJson.Readable.FailureClassList);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IJobQueue queue, CancellationToken cancellationToken)
    {
        var (paging, problem) = Paging.Read(context.Request);
        if (paging is null)
            return Problems.Result(problem!);
        var crawl = context.Request.Query["crawl"].ToString();
        if (await queue.FindCrawlAsync(crawl, cancellationToken) is null)
            return Problems.Result(CrawlEndpoints.NoSuchCrawl(crawl));

        var wanted = context.Request.Query["class"].ToString();
        var found = new List<DeadLetter>();
        for (var after = paging.After; found.Count < paging.Limit;)
        {
            var page = await queue.ReadDeadLettersAsync(crawl, after, AtOnce, cancellationToken);
            if (page.Count == 0)
                break;
            found.AddRange(page.Where(letter => wanted.Length == 0 || letter.Failure.Class == wanted).Take(paging.Limit - found.Count));
            after = page[^1].Job.Id;
        }

        return Results.Json(
            new DeadLetterList([.. found.Select(DeadLetterAnswer.Of)], found.Count == paging.Limit ? Paging.Cursor(found[^1].Job.Id) : null), ApiJson.Readable.DeadLetterList);
    }

    private static async Task<IResult> RequeueAsync(HttpContext context, Bodies bodies, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken)
    {
        var body = await bodies.ReadAsync(context, ApiJson.Readable.RequeueRequest);
        if (!body.IsRead)
            return Problems.Result(body.Problem);
        if (body.Value.Crawl is not { } crawl)
            return Problems.Invalid("/crawl", "It must be given.");
        if (body.Value is { Jobs: not null, Class: not null })
            return Problems.Invalid("/class", "Numbers of jobs and a class say two things; leave out one of them.");
        if (await queue.FindCrawlAsync(crawl, cancellationToken) is null)
            return Problems.Result(CrawlEndpoints.NoSuchCrawl(crawl));

        try
        {
            var requeued = body.Value.Jobs is { } jobs
                ? await crawls.RequeueAsync(crawl, jobs, cancellationToken)
                : await RequeueAllAsync(crawl, body.Value.Class, crawls, queue, cancellationToken);
            return Results.Json(new RequeuedAnswer(requeued), ApiJson.Readable.RequeuedAnswer);
        }
        catch (CrawlCancelledException exception)
        {
            return Problems.Result(new Problem(StatusCodes.Status409Conflict, "crawl-cancelled", "The crawl was cancelled", ClientText.Clean(exception.Message)));
        }
    }

    private static async Task<long> RequeueAllAsync(string crawl, string? wanted, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken)
    {
        // Those that are put back and fail again meanwhile are not met twice: the walk goes by number, and ends where the last one was when it began.
        var requeued = 0L;
        for (var after = 0L; await queue.ReadDeadLettersAsync(crawl, after, AtOnce, cancellationToken) is { Count: > 0 } page; after = page[^1].Job.Id)
        {
            var jobs = page.Where(letter => wanted is null || letter.Failure.Class == wanted).Select(letter => letter.Job.Id).ToList();
            if (jobs.Count > 0)
                requeued += await crawls.RequeueAsync(crawl, jobs, cancellationToken);
        }

        return requeued;
    }
}
