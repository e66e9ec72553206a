using System.Text.Json.Nodes;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Fields;
using ContextPool.Leasing;

namespace BrowserFarm.Rendering;

/// <summary>Turns an address into a read page, in a borrowed context.</summary>
public interface IRenderer
{
    /// <summary>Opens the page, waits until it is ready, and reads it. Never longer than <see cref="RenderOptions.AttemptTimeout"/>.</summary>
    /// <returns>The page, or why there is none: whatever the page, the site or the browser did is a value.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled: we are stopping.</exception>
    Task<RenderOutcome> RenderAsync(ContextLease lease, RenderRequest request, CancellationToken cancellationToken);
}

/// <summary>What a rendering came to.</summary>
public abstract record RenderOutcome
{
    private RenderOutcome()
    {
    }

    public sealed record Rendered(RenderedPage Page) : RenderOutcome;

    /// <param name="Evidence">What the page looked like, when that was worth keeping.</param>
    public sealed record Failed(AttemptFailure Failure, PageEvidence? Evidence = null) : RenderOutcome;

    /// <summary>It was read without a browser, and is nothing like that.</summary>
    /// <param name="Reason">One sentence for a person.</param>
    public sealed record NeedsBrowser(string Reason) : RenderOutcome;

    /// <summary>The site wants to be left alone just now; it was not asked.</summary>
    public sealed record NotAsked : RenderOutcome;
}

/// <summary>A page as the browser showed it. Everything is captured: the context it came from is not needed any more.</summary>
/// <param name="FinalUrl">Address after redirects and scripts.</param>
/// <param name="Html">The document as HTML, with open shadow roots as declarative templates.</param>
/// <param name="Text">Visible text; empty when nobody wants it.</param>
/// <param name="Links">Links in document order, each URL once.</param>
/// <param name="Settled">False when it never went quiet.</param>
/// <param name="Truncated">HTML or text was longer than <see cref="PageCapture.MaxCharacters"/>, or nested deeper than 1000 elements, and was cut.</param>
public sealed record RenderedPage(
    Uri FinalUrl,
    int Status,
    string ContentType,
    string Title,
    string Html,
    string Text,
    IReadOnlyList<PageLink> Links,
    bool Settled,
    bool Truncated,
    DateTimeOffset FetchedAt,
    PageTimings Timings)
{
    /// <summary>What relative addresses in it are relative to.</summary>
    public Uri BaseUrl { get; init; } = FinalUrl;

    /// <summary>Of the HTML all that metadata is read from: a document with the same root, <c>meta</c>, <c>link</c> and JSON-LD. Null when only the whole tells, or nobody wants it.</summary>
    public string? About { get; init; }

    /// <summary>What is kept as files, by format.</summary>
    public IReadOnlyDictionary<PageFormat, byte[]> Files { get; init; } = new Dictionary<PageFormat, byte[]>();

    /// <summary>Requests that the page was not allowed to make; null when there were none.</summary>
    public BlockedRequests? Blocked { get; init; }

    /// <summary>What a handler made of it; null without one, or when it found nothing.</summary>
    public JsonNode? Data { get; init; }

    /// <summary>Wanted formats that are missing or not whole.</summary>
    public IReadOnlyList<CaptureProblem> CaptureProblems { get; init; } = [];

    /// <summary>It was read in a tab that draws nothing.</summary>
    public bool Frameless { get; init; }

    /// <summary>Null when it was not wanted.</summary>
    public IReadOnlyList<ConsoleLine>? Console { get; init; }

    /// <summary>Null when they were not wanted.</summary>
    public IReadOnlyList<NetworkLine>? Network { get; init; }

    /// <summary>Cookies and storage of the visitor, as Playwright writes them; null when they were not wanted.</summary>
    public string? Profile { get; init; }

    /// <summary>Pictures that actions took, by name with ending.</summary>
    public IReadOnlyDictionary<string, byte[]> Pictures { get; init; } = new Dictionary<string, byte[]>(StringComparer.Ordinal);

    /// <summary>Optional actions that failed.</summary>
    public IReadOnlyList<SkippedAction> ActionsSkipped { get; init; } = [];

    /// <summary>What scripts among the actions returned.</summary>
    public JsonArray ScriptValues { get; init; } = [];

    /// <summary>What the wanted fields matched, in their order.</summary>
    public IReadOnlyList<FieldMatches> Fields { get; init; } = [];
}
