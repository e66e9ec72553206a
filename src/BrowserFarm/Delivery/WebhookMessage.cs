using System.Text.Json;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Storage;

namespace BrowserFarm.Delivery;

/// <summary>One message to a webhook: <c>{ "type": …, "timestamp": …, "data": … }</c>.</summary>
/// <param name="Id">The same whenever it is sent again; part of what is signed.</param>
/// <param name="Body">UTF-8.</param>
/// <param name="Results">How many results are in it.</param>
internal sealed record WebhookMessage(string Id, byte[] Body, int Results)
{
    public const string ResultsType = "crawl.results";
    public const string EndType = "crawl.finished";

    /// <summary>Results in their order, each as a line of <c>results.ndjson</c> has it.</summary>
    /// <param name="results">At least one.</param>
    /// <param name="first">Number of the first of them.</param>
    /// <param name="last">And of the last.</param>
    public static WebhookMessage OfResults(Crawl crawl, IReadOnlyList<byte[]> results, long first, long last, DateTimeOffset now) => new(
        IdOf(crawl, $"{first}-{last}"),
        Write(ResultsType, crawl, now, data =>
        {
            data.WriteStartArray("results");
            foreach (var result in results)
                data.WriteRawValue(result, skipInputValidation: true);
            data.WriteEndArray();
        }),
        results.Count);

    /// <summary>The crawl is over.</summary>
    /// <param name="last">Number of its last result; 0 when it has none.</param>
    public static WebhookMessage OfEnd(Crawl crawl, CrawlCounts counts, long last, DateTimeOffset now) => new(
        IdOf(crawl, $"{last}.end"),
        Write(EndType, crawl, now, data =>
        {
            data.WriteNumber("succeeded", counts.Succeeded);
            data.WriteNumber("failed", counts.Failed);
            data.WriteNumber("lastSeq", last);
        }),
        Results: 0);

    /// <summary>ASCII, as headers are; crawls of one name differ by when they began.</summary>
    private static string IdOf(Crawl crawl, FormattableString part) => FormattableString.Invariant(
        $"{Uri.EscapeDataString(crawl.Id)}.{crawl.CreatedAt.ToUnixTimeMilliseconds()}.{FormattableString.Invariant(part)}");

    private static byte[] Write(string type, Crawl crawl, DateTimeOffset now, Action<Utf8JsonWriter> writeData)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = StorageJson.Readable.Options.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("timestamp", now);
            json.WriteStartObject("data");
            json.WriteString("crawl", crawl.Id);
            json.WriteString("startedAt", crawl.CreatedAt);
            writeData(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
