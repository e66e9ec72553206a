using System.Text.RegularExpressions;
using BrowserFarm.Crawling;
using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;

namespace BrowserFarm.Api.Requests;

/// <summary>Makes a crawl of a request; tells every mistake with its place. Pure.</summary>
internal static partial class CrawlRequestReader
{
    /// <summary>More are sent as lines to <c>/v1/crawls/{id}/pages</c>.</summary>
    public const int MaxUrls = 10_000;

    private const int DefaultMaxPages = 100;
    private const int MostPages = 100_000_000;

    public static IReadOnlyDictionary<string, EngineChoice> Engines { get; } = new Dictionary<string, EngineChoice>(StringComparer.Ordinal)
    {
        ["browser"] = EngineChoice.Browser,
        ["http"] = EngineChoice.Http,
        ["auto"] = EngineChoice.Auto,
    };

    private static readonly Dictionary<string, Lane> Lanes = new(StringComparer.Ordinal)
    {
        ["urgent"] = Lane.Urgent,
        ["normal"] = Lane.Normal,
        ["background"] = Lane.Background,
    };

    private static readonly Dictionary<string, CrawlOrder> Orders = new(StringComparer.Ordinal)
    {
        ["breadth"] = CrawlOrder.Breadth,
        ["depth"] = CrawlOrder.Depth,
        ["best-first"] = CrawlOrder.BestFirst,
    };

    /// <summary>What a crawl may be called.</summary>
    public static bool IsName(string name) => Name().IsMatch(name) && name is not "." and not "..";

    /// <returns>The crawl and its seeds; to be used when there is no mistake.</returns>
    public static (CrawlSpec Spec, IReadOnlyList<CanonicalUrl> Seeds) Read(CrawlRequest request, Mistakes mistakes)
    {
        if (request.Name is { } name && !IsName(name))
            mistakes.Add("/name", "A name has 1 to 64 letters, digits, points, hyphens and underscores, and begins with none of the last three.");
        var seeds = Urls(request.Urls, "/urls", mistakes);
        if (request.Urls is null or { Count: 0 })
            mistakes.Add("/urls", "It must have at least one address.");

        var spec = new CrawlSpec
        {
            Seeds = [.. seeds.DistinctBy(seed => seed.Target).Select(seed => seed.Value)],
            Include = Texts(request.Include, "/include", mistakes),
            Exclude = Texts(request.Exclude, "/exclude", mistakes),
            Http = Texts(request.Http, "/http", mistakes),
            Engine = mistakes.Choose("/engine", request.Engine, EngineChoice.Browser, Engines),
            MaxPages = mistakes.InRange("/maxPages", request.MaxPages, 1, MostPages) ?? Math.Max(DefaultMaxPages, seeds.Count),
            MaxDepth = mistakes.InRange("/maxDepth", request.MaxDepth, 0, 10_000),
            Lane = mistakes.Choose("/lane", request.Lane, Lane.Normal, Lanes),
            Priority = Priority(request.Priority, mistakes),
            Order = mistakes.Choose("/order", request.Order, CrawlOrder.Breadth, Orders),
            IgnoreRobots = request.IgnoreRobots ?? false,
            Sitemaps = request.Sitemaps ?? false,
            TrapLimit = mistakes.InRange("/trapLimit", request.TrapLimit, 0, 1_000_000),
            Page = PageRequestReader.Read(request.Page, "/page", mistakes),
            Visitor = PageRequestReader.Read(request.Visitor, "/visitor", mistakes),
        };
        Check(spec, mistakes);
        return (spec, seeds);
    }

    /// <summary>A crawl of one page.</summary>
    public static (CrawlSpec Spec, IReadOnlyList<CanonicalUrl> Seeds) Read(JobRequest request, Mistakes mistakes)
    {
        var seeds = Urls(request.Url is null ? null : [request.Url], "/url", mistakes);
        if (request.Url is null)
            mistakes.Add("/url", "It must be given.");
        var spec = new CrawlSpec
        {
            Seeds = [.. seeds.Select(seed => seed.Value)],
            MaxPages = 1,
            MaxDepth = 0,
            Engine = mistakes.Choose("/engine", request.Engine, EngineChoice.Browser, Engines),
            Lane = mistakes.Choose("/lane", request.Lane, Lane.Normal, Lanes),
            Priority = Priority(request.Priority, mistakes),
            IgnoreRobots = request.IgnoreRobots ?? false,
            Page = PageRequestReader.Read(request.Page, "/page", mistakes),
            Visitor = PageRequestReader.Read(request.Visitor, "/visitor", mistakes),
        };
        Check(spec, mistakes);
        return (spec, seeds);
    }

    /// <summary>Addresses, each once.</summary>
    /// <param name="path">Of the list, or of the one address.</param>
    public static IReadOnlyList<CanonicalUrl> Urls(IReadOnlyList<string>? urls, string path, Mistakes mistakes)
    {
        if (urls?.Count > MaxUrls)
        {
            mistakes.Add(path, $"{urls.Count} addresses are more than the {MaxUrls} that are taken at once; send them as lines to /v1/crawls/ID/pages.");
            return [];
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var read = new List<CanonicalUrl>();
        for (var i = 0; i < urls?.Count; i++)
        {
            if (!CanonicalUrl.TryParse(urls[i], out var url, out var problem))
                mistakes.Add(path == "/url" ? path : $"{path}/{i}", ClientText.Clean(problem));
            else if (seen.Add(url.Value))
                read.Add(url);
        }

        return read;
    }

    private static int Priority(int? priority, Mistakes mistakes) =>
        mistakes.InRange("/priority", priority, JobPriority.Least, JobPriority.Most) is { } given and >= JobPriority.Least and <= JobPriority.Most ? given : 0;

    private static IReadOnlyList<string> Texts(IReadOnlyList<string>? globs, string path, Mistakes mistakes)
    {
        for (var i = 0; i < globs?.Count; i++)
        {
            var glob = globs[i];
            mistakes.Try($"{path}/{i}", () => new UrlGlob(glob ?? ""));
        }

        return globs ?? [];
    }

    private static void Check(CrawlSpec spec, Mistakes mistakes)
    {
        if (!mistakes.Any && spec.UsesHttp && spec.Engine == EngineChoice.Http && spec.Page.NeedsBrowser)
            mistakes.Add("/engine", "What is wanted of the pages needs a browser.", ["browser", "auto"]);
        if (!mistakes.Any)
            mistakes.Try("", () => (new Scope(spec), new EngineRule(spec)));
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
