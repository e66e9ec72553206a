using System.Text.Json;
using System.Text.Json.Serialization;

namespace BrowserFarm.Api.Requests;

/// <summary>A crawl that somebody wants. What is left out is as for <c>farm crawl</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CrawlRequest
{
    /// <summary>Its name, unique in the service: letters, digits, points, hyphens and underscores. Left out, the service gives it one.</summary>
    public string? Name { get; init; }

    /// <summary>Where it starts; links are followed within these hosts.</summary>
    public IReadOnlyList<string>? Urls { get; init; }

    /// <summary>Most pages to attempt.</summary>
    public int? MaxPages { get; init; }

    /// <summary>Most links to follow in a row; 0 takes only the addresses given.</summary>
    public int? MaxDepth { get; init; }

    /// <summary>Globs of which a link must match one.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    /// <summary>Globs of which a link must match none.</summary>
    public IReadOnlyList<string>? Exclude { get; init; }

    /// <summary><c>browser</c>, <c>http</c> or <c>auto</c>.</summary>
    public string? Engine { get; init; }

    /// <summary>Globs of pages that are read without a browser whatever the engine.</summary>
    public IReadOnlyList<string>? Http { get; init; }

    /// <summary><c>urgent</c>, <c>normal</c> or <c>background</c>.</summary>
    public string? Lane { get; init; }

    /// <summary>−1000 to 1000; inside its lane the higher goes first.</summary>
    public int? Priority { get; init; }

    /// <summary><c>breadth</c>, <c>depth</c> or <c>best-first</c>.</summary>
    public string? Order { get; init; }

    public bool? IgnoreRobots { get; init; }

    /// <summary>Begin also with the pages that the sites' sitemaps list.</summary>
    public bool? Sitemaps { get; init; }

    /// <summary>Addresses of one pattern after which a trap is looked for; 0 looks for none.</summary>
    public int? TrapLimit { get; init; }

    public PageRequest? Page { get; init; }

    public VisitorRequest? Visitor { get; init; }
}

/// <summary>What is wanted of a page.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PageRequest
{
    /// <summary>Representations to keep: <c>html</c>, <c>text</c>, <c>markdown</c> and so on.</summary>
    public IReadOnlyList<string>? Formats { get; init; }

    /// <summary>Fields to extract, as in a schema file: names with selectors.</summary>
    public JsonElement? Fields { get; init; }

    /// <summary>What is done in the page before it is read, as in a file of actions.</summary>
    public JsonElement? Actions { get; init; }

    /// <summary><c>settled</c>, <c>load</c> or <c>domcontentloaded</c>.</summary>
    public string? WaitUntil { get; init; }

    /// <summary>A CSS selector that must match before the page is read.</summary>
    public string? WaitFor { get; init; }

    /// <summary><c>attached</c>, <c>visible</c> or <c>hidden</c>.</summary>
    public string? WaitForState { get; init; }

    /// <summary>A script whose value must be true before the page is read; needs the scope <c>jobs:script</c>.</summary>
    public string? WaitForScript { get; init; }

    /// <summary>Address of an answer that must have come before the page is read.</summary>
    public string? WaitForResponse { get; init; }

    /// <summary>How pictures are taken and pages printed, as in a file of capture settings.</summary>
    public JsonElement? Capture { get; init; }

    /// <summary>Name of code of the program that embeds the farm.</summary>
    public string? Handler { get; init; }
}

/// <summary>As whom pages are visited.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VisitorRequest
{
    /// <summary>A device of Playwright, for example <c>Pixel 7</c>.</summary>
    public string? Device { get; init; }

    /// <summary>Headers of every request.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Cookies for the hosts that are begun with.</summary>
    public IReadOnlyDictionary<string, string>? Cookies { get; init; }
}

/// <summary>One page to read, in the queue or at once.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record JobRequest
{
    public string? Url { get; init; }

    public PageRequest? Page { get; init; }

    /// <inheritdoc cref="CrawlRequest.Engine"/>
    public string? Engine { get; init; }

    /// <inheritdoc cref="CrawlRequest.Lane"/>
    public string? Lane { get; init; }

    /// <inheritdoc cref="CrawlRequest.Priority"/>
    public int? Priority { get; init; }

    public bool? IgnoreRobots { get; init; }

    public VisitorRequest? Visitor { get; init; }
}

/// <summary>One page to read while the caller waits.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RenderPageRequest
{
    public string? Url { get; init; }

    public PageRequest? Page { get; init; }

    /// <inheritdoc cref="CrawlRequest.Engine"/>
    public string? Engine { get; init; }

    public bool? IgnoreRobots { get; init; }

    /// <summary>Longest wait for the site's turn and a free context, in seconds: 0 to 300. Left out, 30.</summary>
    public double? WaitSeconds { get; init; }
}

/// <summary>Pages to add to a crawl.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PagesRequest
{
    public IReadOnlyList<string>? Urls { get; init; }
}

/// <summary>Dead letters to put back in line.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RequeueRequest
{
    /// <summary>Whose; must be given unless <see cref="AllCrawls"/> is.</summary>
    public string? Crawl { get; init; }

    /// <summary>Those of every crawl. It must be said, so that no empty request moves everything.</summary>
    public bool AllCrawls { get; init; }

    /// <summary>Numbers of jobs; left out, all of the crawl.</summary>
    public IReadOnlyList<long>? Jobs { get; init; }

    /// <summary>Only those that failed for this, as <c>http-404</c>.</summary>
    public string? Class { get; init; }
}
