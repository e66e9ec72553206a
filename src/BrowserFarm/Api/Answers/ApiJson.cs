using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BrowserFarm.Api.Requests;
using BrowserFarm.Jobs;

namespace BrowserFarm.Api.Answers;

/// <summary>How requests are read and answers are written: camel case, nothing that is null, nothing that is not in the contract.</summary>
[JsonSerializable(typeof(CrawlRequest))]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(RenderPageRequest))]
[JsonSerializable(typeof(PagesRequest))]
[JsonSerializable(typeof(RequeueRequest))]
[JsonSerializable(typeof(CrawlAnswer))]
[JsonSerializable(typeof(CrawlList))]
[JsonSerializable(typeof(CrawlProgressAnswer))]
[JsonSerializable(typeof(PhaseAnswer))]
[JsonSerializable(typeof(CancelAnswer))]
[JsonSerializable(typeof(AddedAnswer))]
[JsonSerializable(typeof(JobAnswer))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(SubmittedJob))]
[JsonSerializable(typeof(DeadLetterList))]
[JsonSerializable(typeof(FailureClassList))]
[JsonSerializable(typeof(RequeuedAnswer))]
[JsonSerializable(typeof(QueueAnswer))]
[JsonSerializable(typeof(PoolAnswer))]
[JsonSerializable(typeof(PoolContextsAnswer))]
[JsonSerializable(typeof(TargetList))]
[JsonSerializable(typeof(ScalingAnswer))]
[JsonSerializable(typeof(FarmEvent))]
[JsonSerializable(typeof(HistoryAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(AliveAnswer))]
[JsonSerializable(typeof(AuditAnswer))]
[JsonSerializable(typeof(IReadOnlyList<AuditFinding>))]
[JsonSerializable(typeof(ExplainAnswer))]
[JsonSerializable(typeof(PageDocument))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The context to use. Text is readable: answers are data and never taken for a page, for they say <c>nosniff</c>.</summary>
    public static ApiJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    });
}
