using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>A representation of a page that a result may carry.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PageFormat>))]
public enum PageFormat
{
    /// <summary>The document as it stood after scripts ran.</summary>
    Html,

    /// <summary>The visible text, as the browser lays it out.</summary>
    Text,

    /// <summary>The content as CommonMark.</summary>
    Markdown,

    /// <summary>What the page is about, without menus, sidebars and the like, as CommonMark.</summary>
    Main,

    /// <summary>Everything that is known of the page, as one JSON document.</summary>
    Json,

    /// <summary>What the page says of itself to machines.</summary>
    Metadata,

    /// <summary>The document as the server sent it, before any script ran: its very bytes, or, from a browser, the text in UTF-8.</summary>
    Raw,

    /// <summary>A picture of the viewport, or of what <see cref="ScreenshotSpec"/> says.</summary>
    Png,

    /// <inheritdoc cref="Png"/>
    Jpeg,

    /// <inheritdoc cref="Png"/>
    Webp,

    /// <summary>The page as printed.</summary>
    Pdf,

    /// <summary>The page with its pictures and styles in one file (RFC 2557), to be opened in a browser.</summary>
    Mhtml,

    /// <summary>Its requests as an HTTP archive of version 1.2.</summary>
    Har,

    /// <summary>What it wrote to its console.</summary>
    Console,

    /// <summary>Its requests, a line each.</summary>
    Network,
}

/// <summary>When a page counts as ready to be read.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WaitUntil>))]
public enum WaitUntil
{
    /// <summary>Parsed, and the network quiet: what scripts load is there.</summary>
    Settled,

    /// <summary>The <c>load</c> event: images and frames of the document are there, what scripts load later is not.</summary>
    Load,

    /// <summary>The <c>DOMContentLoaded</c> event: the document is parsed and its deferred scripts ran.</summary>
    DomContentLoaded,
}

/// <summary>What is wanted of one page.</summary>
/// <param name="Formats">Representations to keep; may be empty when only fields and links are wanted.</param>
/// <param name="Fields">Fields to extract; may be empty.</param>
/// <param name="WaitForSelector">A CSS selector that must be in the page before it is captured; null waits as configured.</param>
public sealed record PageWish(IReadOnlyList<PageFormat> Formats, IReadOnlyList<FieldSpec> Fields, string? WaitForSelector = null)
{
    /// <summary>What must hold of what the selector matches.</summary>
    public SelectorState WaitForState { get; init; }

    /// <summary>When the page counts as ready; null as configured.</summary>
    public WaitUntil? WaitUntil { get; init; }

    /// <summary>A script whose value must be true before the page is captured.</summary>
    public string? WaitForScript { get; init; }

    /// <summary>Address of an answer that must have come before the page is captured; <c>*</c> stands for anything but a slash, <c>**</c> for anything.</summary>
    public string? WaitForResponse { get; init; }

    /// <summary>Name of the code that works on the page before it is read, in a program that embeds the farm; null for none.</summary>
    public string? Handler { get; init; }

    /// <summary>What is done in the page before it is read.</summary>
    public IReadOnlyList<PageAction> Actions { get; init => field = value ?? []; } = [];   // absent in crawls of earlier builds

    /// <summary>How pictures are taken and pages printed.</summary>
    public CaptureSpec Capture { get; init => field = value ?? new(); } = new();   // absent in crawls of earlier builds

    /// <summary>It cannot be had without a browser, even where it does not matter what scripts do.</summary>
    [JsonIgnore]
    public bool NeedsBrowser => Actions.Count > 0 || Handler is not null || WaitForScript is not null || WaitForResponse is not null || Formats.Any(PageFormats.NeedsBrowser);
}

/// <summary>What a crawl was asked to do. Stored with the crawl, so that it can be resumed.</summary>
public sealed record CrawlSpec
{
    /// <summary>Addresses whose sites are the crawl's scope, in canonical spelling: its seeds, or of a long list one a site.</summary>
    public required IReadOnlyList<string> Seeds { get; init; }

    /// <summary>URLs that it starts with, each once and no more than <see cref="MaxPages"/>: a crawl that never had so many was interrupted before it began.</summary>
    public int SeedCount { get; init; }

    /// <summary>Globs of which a link's URL must match one; empty lets all pass. Seeds are exempt.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Globs of which a link's URL must match none. Seeds are exempt.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>What its pages are read with, those apart that <see cref="Http"/> names.</summary>
    public EngineChoice Engine { get; init; }

    /// <summary>Some of its pages are read without a browser, or tried so first.</summary>
    [JsonIgnore]
    public bool UsesHttp => Engine != EngineChoice.Browser || Http.Count > 0;

    /// <summary>None of its pages is read in a browser.</summary>
    [JsonIgnore]
    public bool NeedsNoBrowser => Engine == EngineChoice.Http || Http.Contains("*", StringComparer.Ordinal);

    /// <summary>Globs of the pages that are read without a browser whatever the engine, as the server sends them.</summary>
    public IReadOnlyList<string> Http { get; init => field = value ?? []; } = [];   // absent in crawls of earlier builds

    /// <summary>Most pages to attempt, seeds included.</summary>
    public int MaxPages { get; init; } = 100;

    /// <summary>Most links to follow in a row from a seed; 0 takes only the seeds, null sets no bound.</summary>
    public int? MaxDepth { get; init; }

    /// <summary>What to keep of each page.</summary>
    public required PageWish Page { get; init; }

    /// <summary>Lane of all its jobs, those it discovers included.</summary>
    public Lane Lane { get; init; } = Lane.Normal;

    /// <summary>Priority of all its jobs, those it discovers included: from <see cref="JobPriority.Least"/> to <see cref="JobPriority.Most"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in its range.</exception>
    public int Priority { get; init => field = JobPriority.Checked(value); }

    /// <summary>Which of its waiting pages of one site comes first.</summary>
    public CrawlOrder Order { get; init; } = CrawlOrder.Breadth;

    /// <summary>Fetch what robots.txt forbids as well. Recorded with the crawl, for whoever has to answer for it.</summary>
    public bool IgnoreRobots { get; init; }

    /// <summary>Begin also with the pages that the sitemaps of the seeds' sites list.</summary>
    public bool Sitemaps { get; init; }

    /// <summary>Addresses of one pattern after which a trap is looked for; 0 looks for none, null takes the default.</summary>
    public int? TrapLimit { get; init; }

    /// <summary>When it is run again, and what is taken again from earlier runs; null for a crawl that is run once.</summary>
    public Recurrence? Recurrence { get; init; }

    /// <summary>As whom it visits.</summary>
    public VisitorSpec Visitor { get; init => field = value ?? new(); } = new();   // absent in crawls of earlier builds

    /// <summary>Name of the token by which a service was asked for it; null for a crawl of nobody in particular.</summary>
    public string? Owner { get; init; }

    /// <summary>Where its results are sent as they come; null when they are only stored.</summary>
    public WebhookSpec? Webhook { get; init; }

    /// <summary>Products of the built-in demo site when the crawl is of that; null otherwise.</summary>
    public int? DemoProducts { get; init; }
}

/// <summary>A crawl as stored.</summary>
/// <param name="Id">Its name, unique in the queue.</param>
public sealed record Crawl(string Id, CrawlSpec Spec, DateTimeOffset CreatedAt);
