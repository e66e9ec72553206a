using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>Where a link leads.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LinkKind>))]
public enum LinkKind
{
    /// <summary>To a page of the same host.</summary>
    Internal,

    /// <summary>To a page of another host.</summary>
    External,

    /// <summary>To a file: it is marked <c>download</c>, or its name says so.</summary>
    Download,

    /// <summary>To no page at all: mail, telephone, script.</summary>
    Other,
}

/// <summary>A link as found in the page.</summary>
/// <param name="Url">Absolute, as the browser resolved it; any scheme.</param>
/// <param name="Text">Visible text, white space folded, at most 200 characters; may be empty.</param>
/// <param name="NoFollow">The link is marked <c>rel=nofollow</c>.</param>
/// <param name="Kind">Left out of a result where it is <see cref="LinkKind.Internal"/>.</param>
public sealed record PageLink(
    string Url,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool NoFollow = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] LinkKind Kind = LinkKind.Internal);

/// <summary>How long the parts of a rendering took, in milliseconds from the start of the navigation.</summary>
/// <param name="FirstByte">The main document's answer had begun.</param>
/// <param name="DomReady">The document was parsed.</param>
/// <param name="Settled">The page was quiet, or the wait for that was given up.</param>
/// <param name="Total">The page was captured.</param>
public sealed record PageTimings(int FirstByte, int DomReady, int Settled, int Total);

/// <summary>Requests that a page was not allowed to make.</summary>
/// <param name="BytesSavedAbout">What they would have cost, estimated from their kinds; rather too little.</param>
public sealed record BlockedRequests(int Requests, long BytesSavedAbout);

/// <summary>What was read of one page: one line of <c>results.ndjson</c>.</summary>
public sealed record PageDocument
{
    /// <summary>The URL that was asked for, in canonical spelling.</summary>
    public required string Url { get; init; }

    /// <summary>The URL after redirects and after scripts changed it.</summary>
    public required string FinalUrl { get; init; }

    /// <summary>HTTP status of the main document.</summary>
    public required int Status { get; init; }

    /// <summary>The title after scripts ran; may be empty.</summary>
    public required string Title { get; init; }

    public required string ContentType { get; init; }

    public required DateTimeOffset FetchedAt { get; init; }

    /// <summary>True when it was not asked for in this run: an earlier run of a recurring crawl read it, at <see cref="FetchedAt"/>, and it was fresh enough.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Reused { get; init; }

    /// <summary>Links followed from a seed to get here.</summary>
    public int Depth { get; init; }

    /// <summary>Counted tries, this one included.</summary>
    public int Attempt { get; init; }

    /// <summary>What read it: without a browser no scripts ran.</summary>
    public Engine Engine { get; init; }

    /// <summary>Why it was that, in words, where a crawl chooses by itself; null where it does not.</summary>
    public string? EngineReason { get; init; }

    /// <summary>True when it was read in a tab that draws nothing, as the site's pages were found to be the same in.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Frameless { get; init; }

    /// <summary>False when the page never went quiet and was captured as it stood.</summary>
    public bool Settled { get; init; }

    /// <summary>True when the page was larger, or nested deeper, than the capture's limits and was cut.</summary>
    public bool Truncated { get; init; }

    /// <summary>Null when nothing was blocked.</summary>
    public BlockedRequests? Blocked { get; init; }

    public required PageTimings TimingsMs { get; init; }

    /// <summary>Fields by name, each as its type says; null, or an empty list, when there is none. Null when none were asked for.</summary>
    public JsonObject? Fields { get; init; }

    /// <summary>Why fields have no value although something was there for them; null when all is well.</summary>
    public IReadOnlyList<FieldProblem>? FieldProblems { get; init; }

    /// <summary>Optional actions that failed; null when there are none.</summary>
    public IReadOnlyList<SkippedAction>? ActionsSkipped { get; init; }

    /// <summary>What the scripts among the actions returned, in their order; null when there are none.</summary>
    public JsonArray? ScriptValues { get; init; }

    /// <summary>What the program's own code made of the page; null when there is none, or it found nothing.</summary>
    public JsonNode? Data { get; init; }

    /// <summary>Links in document order, each URL once; those that the program's own code found come after.</summary>
    public IReadOnlyList<PageLink> Links { get; init; } = [];

    public PageMetadata? Metadata { get; init; }

    public string? Text { get; init; }

    public string? Markdown { get; init; }

    /// <summary>What the page is about, as CommonMark; empty when nothing in it reads like content.</summary>
    public string? Main { get; init; }

    public string? Html { get; init; }

    /// <summary>What it wrote to its console, the first 1000 lines; null when that was not asked for.</summary>
    public IReadOnlyList<ConsoleLine>? Console { get; init; }

    /// <summary>Its requests in the order in which they began, the first 5000; null when they were not asked for.</summary>
    public IReadOnlyList<NetworkLine>? Network { get; init; }

    /// <summary>Formats that are missing, or not whole; null when all is well.</summary>
    public IReadOnlyList<CaptureProblem>? CaptureProblems { get; init; }

    /// <summary>Files kept beside the results, by format, as paths relative to the crawl's folder. Null when there are none.</summary>
    public IReadOnlyDictionary<string, string>? Artifacts { get; init; }
}
