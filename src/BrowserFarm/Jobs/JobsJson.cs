using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>How crawls and results are written as JSON: camel case, nulls left out, text readable instead of escaped.</summary>
[JsonSerializable(typeof(CrawlSpec))]
[JsonSerializable(typeof(PageDocument))]
[JsonSerializable(typeof(PageMetadata))]
[JsonSerializable(typeof(Evidence))]
[JsonSerializable(typeof(ConsoleLine))]
[JsonSerializable(typeof(NetworkLine))]
internal sealed partial class JobsJson : JsonSerializerContext
{
    /// <summary>The context to use: results are files for programs and people, not text inside a web page, so only JSON's own characters are escaped.</summary>
    public static JobsJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
