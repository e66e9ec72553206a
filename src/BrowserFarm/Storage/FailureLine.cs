using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Storage;

/// <summary>One line of <c>failures.ndjson</c>: a page that could not be had, why, and every try.</summary>
internal sealed record FailureLine(string Url, int Depth, string Class, string Reason, Evidence? Evidence, IReadOnlyList<FailureLine.Try> Attempts)
{
    public static FailureLine Of(DeadLetter letter) => new(
        letter.Job.Url.Value,
        letter.Job.Depth,
        letter.Failure.Class,
        letter.Failure.Reason,
        letter.Failure.Evidence,
        [.. letter.Attempts.Select(attempt => new Try(
            attempt.StartedAt, (long)(attempt.EndedAt - attempt.StartedAt).TotalMilliseconds, attempt.Ended, attempt.Class, attempt.Reason, WaitedOf(attempt.Waited)))]);

    /// <summary>Milliseconds by cause, the longest first; causes that did not keep it are missing.</summary>
    private static Dictionary<string, long> WaitedOf(Waits waits) =>
        waits.ByLength.ToDictionary(wait => JsonNamingPolicy.CamelCase.ConvertName(wait.Cause.ToString()), wait => (long)wait.Time.TotalMilliseconds, StringComparer.Ordinal);

    /// <param name="WaitedMs">What it had waited for before this try, and (<c>context</c>) in it.</param>
    internal sealed record Try(DateTimeOffset StartedAt, long TookMs, string Ended, string? Class, string? Reason, IReadOnlyDictionary<string, long> WaitedMs);
}

[JsonSerializable(typeof(FailureLine))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    public static StorageJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
