using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace BrowserFarm.Api.Endpoints;

/// <summary>Server-sent events: the farm (<c>/v1/events</c>) and one crawl's progress (<c>/v1/crawls/{id}/events</c>), once a second at most.</summary>
/// <remarks>What nobody reads is not kept: each look replaces the one before it, so a client that reads slowly misses looks and costs nothing.</remarks>
internal static class EventEndpoints
{
    /// <summary>A crawl of which nothing is new is told of at least so often, or a proxy would end the connection.</summary>
    private const int LooksBetweenSigns = 10;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/events", (FarmWatch watch, TimeProvider time, IHostApplicationLifetime lifetime, CancellationToken cancellationToken) =>
                TypedResults.ServerSentEvents(FarmAsync(watch, time, lifetime, cancellationToken))).RequireScope(Scopes.JobsRead)
            .Documented("The farm, once a second", "Server-sent events named farm.", null, 200, null).AlsoAnswers("text/event-stream");
        api.MapGet("/crawls/{id}/events", CrawlAsync).RequireScope(Scopes.JobsRead)
            .Documented("A crawl's progress as it happens", "Server-sent events named progress, and end when it is over.", null, 200, null, 404).AlsoAnswers("text/event-stream");
    }

    private static async Task<IResult> CrawlAsync(string id, FarmWatch watch, ServiceCrawls crawls, IJobQueue queue, IHostApplicationLifetime lifetime, CancellationToken cancellationToken) =>
        await queue.FindEntryAsync(id, cancellationToken) is null
            ? Problems.Result(CrawlEndpoints.NoSuchCrawl(id))
            : TypedResults.ServerSentEvents(ProgressAsync(id, watch, crawls, queue, lifetime, cancellationToken));

    private static async IAsyncEnumerable<SseItem<string>> FarmAsync(FarmWatch watch, TimeProvider time, IHostApplicationLifetime lifetime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var now = watch.Last ?? await NextAsync(watch, lifetime, cancellationToken); now is not null; now = await NextAsync(watch, lifetime, cancellationToken))
        {
            var seen = new FarmEvent(time.GetUtcNow(), QueueAnswer.Of(now), PoolAnswer.Of(now), [.. now.Targets.Take(20).Select(TargetAnswer.Of)]);
            yield return new SseItem<string>(JsonSerializer.Serialize(seen, ApiJson.Readable.FarmEvent), "farm");
        }
    }

    private static async IAsyncEnumerable<SseItem<string>> ProgressAsync(
        string id, FarmWatch watch, ServiceCrawls crawls, IJobQueue queue, IHostApplicationLifetime lifetime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? told = null;
        for (var looks = 0; ; looks++)
        {
            if (await queue.FindEntryAsync(id, cancellationToken) is not { } entry)
                yield break;

            var progress = new CrawlProgressAnswer(id, CrawlAnswer.StateOf(entry, crawls.IsReadingSitemaps(id)), PageCounts.Of(entry.Counts));
            var text = JsonSerializer.Serialize(progress, ApiJson.Readable.CrawlProgressAnswer);
            if (text != told || looks % LooksBetweenSigns == 0)
                yield return new SseItem<string>(text, "progress");
            told = text;
            if (progress.State is "finished" or "cancelled" && entry.Counts.Running == 0)
            {
                yield return new SseItem<string>(text, "end");
                yield break;
            }

            if (await NextAsync(watch, lifetime, cancellationToken) is null)
                yield break;
        }
    }

    /// <summary>The next look; null when nobody listens any more, or the service stops: it would wait for listeners as for anybody who is being answered.</summary>
    private static async Task<FarmSnapshot?> NextAsync(FarmWatch watch, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            return await watch.Next.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
