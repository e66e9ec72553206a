using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Operations.Audit;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Service;
using ContextPool;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Endpoints;

/// <summary>The farm looked at: <c>/v1/queue</c>, <c>/v1/pool</c>, <c>/v1/targets</c>, <c>/v1/explain</c>, <c>/v1/scaling</c>.</summary>
internal static class FarmEndpoints
{
    private const int MostContexts = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/queue", (FarmWatch watch) => Answer(watch, now => Results.Json(QueueAnswer.Of(now), ApiJson.Readable.QueueAnswer))).RequireScope(Scopes.JobsRead)
            .Documented("How the farm does: state in one word, pace, depth, drain time", "", null, 200, typeof(QueueAnswer));
        api.MapGet("/pool", (FarmWatch watch) => Answer(watch, now => Results.Json(PoolAnswer.Of(now), ApiJson.Readable.PoolAnswer))).RequireScope(Scopes.JobsRead)
            .Documented("Browsers, contexts and workers, and why not more", "", null, 200, typeof(PoolAnswer));
        api.MapGet("/pool/contexts", (IContextPool pool) => Results.Json(PoolContextsAnswer.Of(pool.Contexts(MostContexts)), ApiJson.Readable.PoolContextsAnswer)).RequireScope(Scopes.JobsRead)
            .Documented("Open contexts one by one", $"The {MostContexts} oldest: in which browser, who has it, how old it is, how many pages it served.", null, 200, typeof(PoolContextsAnswer));
        api.MapGet("/targets", (FarmWatch watch) => Answer(watch, now => Results.Json(new TargetList([.. now.Targets.Select(TargetAnswer.Of)]), ApiJson.Readable.TargetList))).RequireScope(Scopes.JobsRead)
            .Documented("Targets that are being asked, the busiest first, with their limits", "", null, 200, typeof(TargetList));
        api.MapGet("/audit", (SelfAudit audit, LimitsKeeper limits, TokenStore tokens) => Results.Json(Audit(audit, limits, tokens), ApiJson.Readable.AuditAnswer)).RequireScope(Scopes.JobsRead)
            .Documented("What the service found about itself", "Sandbox and switches of the running browser, room for temporary files and shared memory, file descriptors, files of limits and tokens.", null, 200, typeof(AuditAnswer));
        api.MapGet("/scaling", (FarmWatch watch) => Answer(watch, Scale)).RequireScope(Scopes.JobsRead)
            .Documented("Machines that the work needs, for an autoscaler", "In the shape of KEDA's metrics-api: valueLocation is value.", null, 200, typeof(ScalingAnswer));
        api.MapGet("/history", (FarmWatch watch) => Results.Json(HistoryAnswer.Of(watch.History), ApiJson.Readable.HistoryAnswer)).RequireScope(Scopes.JobsRead)
            .Documented("The last minutes, a look a second, as columns", "", null, 200, typeof(HistoryAnswer));
        api.MapGet("/explain", Explain).RequireScope(Scopes.JobsRead)
            .Documented("Why a page waits", "?job= by its number, or ?crawl= and ?url=.", null, 200, typeof(ExplainAnswer), 400, 404)
            .Asks("job", "By its number.", isNumber: true).Asks("crawl", "With url: whose page.").Asks("url", "With crawl: its address.");
    }

    private static IResult Answer(FarmWatch watch, Func<FarmSnapshot, IResult> tell) => watch.Last is { } now
        ? tell(now)
        : Problems.Result(new Problem(StatusCodes.Status503ServiceUnavailable, "not-seen", "The farm could not be looked at", "The queue cannot be read; /readyz says why."));

    private static AuditAnswer Audit(SelfAudit audit, LimitsKeeper limits, TokenStore tokens)
    {
        var files = new[] { ("limits", limits.Fault), ("tokens", tokens.Fault) }
            .Where(file => file.Item2 is not null)
            .Select(file => new Finding(file.Item1, FindingGrade.Warning, ClientText.Clean(file.Item2!), "Correct the file; what it said before holds on."));
        return new AuditAnswer(audit.Problem, [.. audit.Findings.Concat(files).Select(AuditFinding.Of)]);
    }

    private static IResult Scale(FarmSnapshot now) =>
        Results.Json(new ScalingAnswer(now.NodesAdvised ?? (now.Jobs.IsFinished ? 0 : 1), now.Jobs.Queued + now.Jobs.Deferred), ApiJson.Readable.ScalingAnswer);

    private static IResult Explain(HttpContext context, SqliteQueueView view, FarmWatch watch, TimeProvider time)
    {
        var query = context.Request.Query;
        var now = time.GetUtcNow();
        Whereabouts where;
        if (long.TryParse(query["job"], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var job))
        {
            if (view.CrawlOf(job) is not { } of)
                return Problems.Result(Problems.NotFound($"There is no job {job}."));
            where = view.Locate(of, job, now);
        }
        else if (query["crawl"].ToString() is { Length: > 0 } crawl && CanonicalUrl.TryParse(query["url"], out var url, out _))
        {
            if (view.FindCrawl(crawl) is null)
                return Problems.Result(CrawlEndpoints.NoSuchCrawl(crawl));
            where = view.Locate(crawl, url, now);
        }
        else
        {
            return Problems.Result(new Problem(StatusCodes.Status400BadRequest, "invalid-query", "The query has mistakes", "Give ?job= with a number, or ?crawl= and ?url= with an address."));
        }

        return Results.Json(Of(where, watch.Last is { } seen ? FarmStatus.Of(seen, now) : null, now), ApiJson.Readable.ExplainAnswer);
    }

    private static ExplainAnswer Of(Whereabouts where, FarmStatus? status, DateTimeOffset now)
    {
        var job = JobAnswer.Of(where);
        switch (where)
        {
            case Whereabouts.Queued queued:
                var why = Explanation.Of(queued, status, now);
                return new ExplainAnswer(job!.State, job, why.Wait.Cause, why.Wait.Reason, why.Wait.Until, why.Position, why.About);
            case Whereabouts.Deferred deferred:
                return new ExplainAnswer(job!.State, job, WaitCause.Outside, "its line is full, and it waits outside for room", null, deferred.Ahead, null);
            case Whereabouts.Skipped skipped:
                return new ExplainAnswer("skipped", null, null, $"it was met and not taken: {skipped.Reason}", null, null, null);
            case Whereabouts.Unknown:
                return new ExplainAnswer("unknown", null, null, "the crawl never met it", null, null, null);
            default:
                return new ExplainAnswer(job!.State, job, null, null, null, null, null);
        }
    }
}
