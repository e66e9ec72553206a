using System.Globalization;
using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Service;
using BrowserFarm.Storage.Exports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Endpoints;

/// <summary><c>/v1/crawls/{id}/results</c>: what was read so far, as lines, a table or an array, also while the crawl runs.</summary>
/// <remarks>
/// Sent as it is read, however much it is. A cursor is the number of the last result that was read (<c>seq</c>): whoever comes again with it gets what is new since.
/// </remarks>
internal static class ResultEndpoints
{
    /// <summary>A result may have many megabytes.</summary>
    private const int AtOnce = 10;

    /// <summary>They are sent as they are read; this bounds their numbers, which are looked for first.</summary>
    private const int MostResults = 1_000_000;

    private static readonly Dictionary<string, (ResultFormat Format, string Type)> Formats = new(StringComparer.Ordinal)
    {
        ["ndjson"] = (ResultFormat.Ndjson, "application/x-ndjson"),
        ["csv"] = (ResultFormat.Csv, "text/csv; charset=utf-8"),
        ["json"] = (ResultFormat.Json, "application/json"),
    };

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/crawls/{id}/results", SendAsync).RequireScope(Scopes.JobsRead)
            .Documented(
                "What a crawl has read so far",
                "With ?format=ndjson (the default), csv or json, after ?cursor=, at most ?limit= results (1000 when left out, up to a million). The header Farm-Cursor has the cursor of the next request; an ETag tells when nothing is new.",
                null, 200, typeof(IReadOnlyList<PageDocument>), 400, 404)
            .Paged(limit: 1000, most: MostResults).Asks("format", "ndjson when left out.", allowed: ["ndjson", "csv", "json"]).AlsoAnswers("application/x-ndjson", "text/csv");

    private static async Task<IResult> SendAsync(string id, HttpContext context, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken)
    {
        var (paging, problem) = Paging.Read(context.Request, limit: 1000, MostResults);
        if (paging is null)
            return Problems.Result(problem!);
        var wanted = context.Request.Query["format"].ToString() is { Length: > 0 } given ? given : "ndjson";
        if (!Formats.TryGetValue(wanted, out var format))
        {
            return Problems.Result(new Problem(StatusCodes.Status400BadRequest, "invalid-query", "The query has mistakes", $"'{ClientText.Clean(wanted)}' is no format.")
            {
                Errors = [new ProblemError("?format", "It is none of the legal words.", [.. Formats.Keys])],
            });
        }

        if (await queue.FindEntryAsync(id, cancellationToken) is not { } entry)
            return Problems.Result(CrawlEndpoints.NoSuchCrawl(id));

        // What a crawl has read only grows, and each result never changes: its count is what tells two answers apart.
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{id}-{entry.Counts.Succeeded}-{CrawlAnswer.StateOf(entry, crawls.IsReadingSitemaps(id))}-{paging.After}-{paging.Limit}-{wanted}\"");
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "private, no-cache";
        if (context.Request.Headers.IfNoneMatch.Contains(tag, StringComparer.Ordinal))
            return Results.StatusCode(StatusCodes.Status304NotModified);

        var (last, count) = await EndOfAsync(queue, id, paging, cancellationToken);
        context.Response.Headers["Farm-Cursor"] = Paging.Cursor(last);
        context.Response.Headers["Farm-Results"] = Paging.Cursor(count);
        context.Response.ContentType = format.Type;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await using IResultWriter writer = format.Format == ResultFormat.Csv
            ? new CsvResults(context.Response.Body, ResultColumn.Of(entry.Crawl.Spec.Page))
            : new JsonResults(context.Response.Body, asArray: format.Format == ResultFormat.Json);
        for (var (after, left) = (paging.After, count); left > 0;)
        {
            var results = await queue.ReadResultsAsync(id, after, (int)Math.Min(AtOnce, left), cancellationToken);
            foreach (var result in results)
                await writer.WriteAsync(result, cancellationToken);
            if (results.Count == 0)
                break;
            (after, left) = (results[^1].Sequence, left - results.Count);
        }

        await writer.CompleteAsync(cancellationToken);
        return Results.Empty;
    }

    /// <summary>Number of the last result that is sent, for the head of the answer.</summary>
    private static async Task<(long Last, long Count)> EndOfAsync(IJobQueue queue, string id, Paging paging, CancellationToken cancellationToken)
    {
        var (last, count) = (paging.After, 0L);
        foreach (var sequence in await queue.FindSequencesAsync(id, paging.After, paging.Limit, cancellationToken))
            (last, count) = (sequence, count + 1);
        return (last, count);
    }
}
