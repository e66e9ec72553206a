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
    private const int MostClasses = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/dead-letters", ListAsync).RequireScope(Scopes.JobsRead)
            .Documented("Pages that were given up, with every try", "Of all crawls, by the numbers of their jobs, or of the one that ?crawl= names; ?class= takes only those that failed for this.", null, 200, typeof(DeadLetterList), 400, 404)
            .Paged(limit: 100, most: 1000).Asks("crawl", "Whose; left out, of all crawls.").Asks("class", "Only those that failed for this, as http-404.");
        api.MapGet("/dead-letters/classes", Classes).RequireScope(Scopes.JobsRead)
            .Documented("For what pages were given up, and how many", "Of all crawls, those begun last first, or of the one that ?crawl= names.", null, 200, typeof(FailureClassList))
            .Asks("crawl", "Whose; left out, of all crawls.");
        api.MapPost("/dead-letters/requeue", RequeueAsync).RequireScope(Scopes.JobsWrite)
            .Documented(
                "Puts failed pages back in line", "By their numbers, or all of a crawl, or (allCrawls) of all crawls, or of these all that failed for one reason. Pages of cancelled crawls stay as they are.",
                typeof(RequeueRequest), 200, typeof(RequeuedAnswer), 400, 404, 409, 422);
    }

    private static IResult Classes(HttpContext context, SqliteQueueView view)
    {
        var crawl = context.Request.Query["crawl"].ToString();
        var items = view.FailureClasses(crawl.Length > 0 ? crawl : null, MostClasses).Select(row => new FailureClassAnswer(row.Crawl, row.Class, row.Count)).ToList();
        var totals = crawl.Length > 0 ? items.Select(item => (item.Class, item.Count)) : view.FailureTotals(MostClasses);
        return Results.Json(new FailureClassList(items, [.. totals.Select(total => new FailureTotalAnswer(total.Class, total.Count))]), ApiJson.Readable.FailureClassList);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IJobQueue queue, CancellationToken cancellationToken)
    {
        var (paging, problem) = Paging.Read(context.Request);
        if (paging is null)
            return Problems.Result(problem!);
        var filter = new DeadLetterFilter(Given("crawl"), Given("class"));
        if (filter.Crawl is { } crawl && await queue.FindCrawlAsync(crawl, cancellationToken) is null)
            return Problems.Result(CrawlEndpoints.NoSuchCrawl(crawl));

        var found = await queue.ReadDeadLettersAsync(filter, paging.After, paging.Limit, cancellationToken);
        return Results.Json(
            new DeadLetterList([.. found.Select(DeadLetterAnswer.Of)], found.Count == paging.Limit ? Paging.Cursor(found[^1].Job.Id) : null), ApiJson.Readable.DeadLetterList);

        string? Given(string name) => context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;
    }

    private static async Task<IResult> RequeueAsync(HttpContext context, Bodies bodies, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken)
    {
        var body = await bodies.ReadAsync(context, ApiJson.Readable.RequeueRequest);
        if (!body.IsRead)
            return Problems.Result(body.Problem);
        if (Mistake(body.Value) is { } mistake)
            return mistake;
        var (crawl, jobs) = (body.Value.Crawl, body.Value.Jobs);
        if (crawl is not null && await queue.FindCrawlAsync(crawl, cancellationToken) is null)
            return Problems.Result(CrawlEndpoints.NoSuchCrawl(crawl));

        try
        {
            var (requeued, left) = crawl is not null && jobs is not null
                ? (await crawls.RequeueAsync(crawl, jobs, cancellationToken), 0)
                : await crawls.RequeueAsync(new DeadLetterFilter(crawl, body.Value.Class), cancellationToken);
            return Results.Json(new RequeuedAnswer(requeued, left), ApiJson.Readable.RequeuedAnswer);
        }
        catch (CrawlCancelledException exception)
        {
            return Problems.Result(new Problem(StatusCodes.Status409Conflict, "crawl-cancelled", "The crawl was cancelled", ClientText.Clean(exception.Message)));
        }
    }

    private static IResult? Mistake(RequeueRequest request) => request switch
    {
        { Crawl: null, AllCrawls: false } => Problems.Invalid("/crawl", "It must be given, or allCrawls be true."),
        { Crawl: not null, AllCrawls: true } => Problems.Invalid("/allCrawls", "One crawl and all of them are two things; leave out one of them."),
        { Crawl: null, Jobs: not null } => Problems.Invalid("/crawl", "It must be given with numbers of jobs."),
        { Jobs: not null, Class: not null } => Problems.Invalid("/class", "Numbers of jobs and a class say two things; leave out one of them."),
        _ => null,
    };
}
