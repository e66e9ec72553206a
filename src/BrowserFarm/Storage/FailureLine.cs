using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BrowserFarm.Queueing;

namespace BrowserFarm.Storage;

/// <summary>One line of <c>failures.ndjson</c>: a page that could not be had, why, and every try.</summary>
internal sealed record FailureLine(string Url, int Depth, string Class, string Reason, IReadOnlyList<FailureLine.Try> Attempts)
{
    public static FailureLine Of(DeadLetter letter) => new(
        letter.Job.Url.Value,
        letter.Job.Depth,
        letter.Failure.Class,
        letter.Failure.Reason,
        [.. letter.Attempts.Select(attempt => new Try(
            attempt.StartedAt, (long)(attempt.EndedAt - attempt.StartedAt).TotalMilliseconds, attempt.Ended, attempt.Class, attempt.Reason))]);

    internal sealed record Try(DateTimeOffset StartedAt, long TookMs, string Ended, string? Class, string? Reason);
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
