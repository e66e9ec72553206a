using System.Globalization;
using System.Text;
using System.Text.Json;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Storage;

/// <summary>A result as one line of JSON, its number in front: <c>{"seq":7,"url":…}</c>.</summary>
internal static class ResultLine
{
    /// <summary>The line, without its line break.</summary>
    public static byte[] Of(StoredResult result) => Numbered(result.Sequence, JsonSerializer.SerializeToUtf8Bytes(result.Document, JobsJson.Readable.PageDocument));

    /// <param name="json">A JSON object without a <c>seq</c> of its own.</param>
    public static byte[] Numbered(long sequence, byte[] json) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"seq\":{sequence}{(json.Length > 2 ? "," : "")}")), .. json.AsSpan(1)];
}
