using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BrowserFarm.Crawling;
using BrowserFarm.Crawling.Engines;
using BrowserFarm.Jobs;

namespace BrowserFarm.Cli;

/// <summary>The options of <c>farm crawl</c> and what they mean together.</summary>
internal sealed class CrawlOptions
{
    private const int DefaultMaxPages = 100;

    public Argument<string[]> Urls { get; } = new("URL")
    {
        Description = "Where to start; links are followed within these hosts. Without any, the built-in demo shop is crawled.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<string?> UrlList { get; } = new("--urls") { Description = "Read more URLs from a file, one a line; - reads them from the input.", HelpName = "FILE|-" };

    public Option<int?> MaxPages { get; } = Number("--max-pages", 1, 100_000_000, $"Most pages to attempt (default {DefaultMaxPages}, or as many as URLs are given).");

    public Option<int?> MaxDepth { get; } = Number("--max-depth", 0, 10_000, "Most links to follow in a row; 0 takes only the URLs given (default: no bound).");

    public Option<string[]> Include { get; } = new("--include") { Description = "Follow only links that match, for example '/docs/*'; may be repeated.", HelpName = "GLOB" };

    public Option<string[]> Exclude { get; } = new("--exclude") { Description = "Follow no links that match; may be repeated.", HelpName = "GLOB" };

    public Option<string[]> Http { get; } = new("--http") { Description = "Read pages that match without a browser, as the server sends them, for example '/static/*', or '*' for all; may be repeated.", HelpName = "GLOB" };

    public Option<EngineChoice?> Engine { get; } = Choice<EngineChoice>("--engine", "ENGINE", "What pages are read with: browser, http (as the server sends them) or auto (so first, and in a browser those that are nothing like that) (default browser).", ("browser", EngineChoice.Browser), ("http", EngineChoice.Http), ("auto", EngineChoice.Auto));

    public Option<int?> MaxQueued { get; } = Number("--max-queued", 1, 100_000_000, "Pages that wait in line; links found beyond that wait outside until there is room (default 200000).");

    public Option<int?> Concurrency { get; } = Number("--concurrency", 1, 1_000, "Pages open at once (default: what memory and processor allow).");

    public Option<Lane?> Lane { get; } = Choice<Lane>("--lane", "LANE", "How pressing it is among all work: urgent, normal or background (default normal).", ("urgent", Jobs.Lane.Urgent), ("normal", Jobs.Lane.Normal), ("background", Jobs.Lane.Background));

    public Option<int?> Priority { get; } = Number("--priority", JobPriority.Least, JobPriority.Most, $"Inside its lane the higher goes first: {JobPriority.Least} to {JobPriority.Most} (default 0).");

    public Option<CrawlOrder?> Order { get; } = Choice<CrawlOrder>("--order", "ORDER", "Which page of a site is next: breadth (fewest links from the start), depth (found last) or best-first (priority, then found first) (default breadth).", ("breadth", CrawlOrder.Breadth), ("depth", CrawlOrder.Depth), ("best-first", CrawlOrder.BestFirst));

    public Option<string?> Out { get; } = new("--out") { Description = "The crawl's folder (default: ./farm-data/crawls/<name>).", HelpName = "DIR" };

    public Option<long?> MaxBytes { get; } = new("--max-bytes")
    {
        Description = "Stop when the crawl's folder takes this much, 500MB, 20GB, 2TB; go on with --resume and more (default: as the disk has room).",
        HelpName = "SIZE",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (ByteSize.TryParse(text, out var bytes))
                return bytes;
            result.AddError($"--max-bytes is '{text}', but must be a whole number and a unit: 500MB, 20GB, 2TB.");
            return null;
        },
    };

    public Option<int?> Claim { get; } = Number("--claim", 1, 3_600, "Seconds for which a page is held by a program that gives no sign of life (default 30); for trying out faults.");

    public Option<string[]> Formats { get; } = new("--format")
    {
        Description = "What to keep of each page: html, text, markdown, main, metadata, raw, png, jpeg, webp, pdf, mhtml, har, console, network; comma-separated or repeated (default html,text).",
        HelpName = "FORMATS",
    };

    public PageOptions Page { get; } = new();

    public VisitorOptions Visitor { get; } = new();

    public Option<bool> IgnoreRobots { get; } = new("--ignore-robots") { Description = "Fetch what robots.txt forbids as well; recorded with the crawl." };

    public Option<bool> Sitemap { get; } = new("--sitemap") { Description = "Begin also with every page that the site's sitemaps list; with --max-depth 0, with these alone." };

    public Option<int?> TrapLimit { get; } = Number("--trap-limit", 0, 100_000, $"Addresses of one pattern, as /calendar/#/#, that are a lot: from there on endless ones are followed no further; 0 follows all (default {TrapPolicy.DefaultLimit}).");

    public WebhookOptions Webhook { get; } = new();

    public RecurrenceOptions Recurrence { get; } = new();

    public Option<string?> Resume { get; } = new("--resume") { Description = "Go on with a crawl that was stopped, by its name or folder.", HelpName = "NAME" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Urls);
        foreach (var option in WhatToCrawl.Concat([Concurrency, MaxQueued, MaxBytes, Claim, Out, Resume]))
            command.Options.Add(option);
        command.Validators.Add(RefuseWithResume);
        command.Validators.Add(Recurrence.Check);
        command.Validators.Add(Webhook.Check);
    }

    /// <summary>Options that are part of the crawl itself, and so cannot be given again when it is resumed.</summary>
    private IEnumerable<Option> WhatToCrawl => [UrlList, MaxPages, MaxDepth, Include, Exclude, Engine, Http, Formats, .. Page.All, .. Visitor.All, IgnoreRobots, Sitemap, TrapLimit, Lane, Priority, Order, .. Recurrence.All, .. Webhook.All];

    /// <summary>The spec that the command line asks for.</summary>
    /// <exception cref="FormatException">A glob, field, format or selector cannot be read.</exception>
    public CrawlSpec SpecFrom(ParseResult line, IReadOnlyList<CanonicalUrl> seeds, int? demoProducts)
    {
        var spec = new CrawlSpec
        {
            Seeds = [.. seeds.DistinctBy(seed => seed.Target).Select(seed => seed.Value)],
            Include = line.GetValue(Include) ?? [],
            Exclude = line.GetValue(Exclude) ?? [],
            Engine = line.GetValue(Engine) ?? EngineChoice.Browser,
            Http = line.GetValue(Http) ?? [],
            MaxPages = line.GetValue(MaxPages) ?? Math.Max(DefaultMaxPages, seeds.Count),
            MaxDepth = line.GetValue(MaxDepth),
            Page = Page.WishFrom(line, FormatLists.Parse(line.GetValue(Formats) is { Length: > 0 } formats ? formats : ["html", "text"])),
            Visitor = Visitor.From(line),
            IgnoreRobots = line.GetValue(IgnoreRobots),
            Lane = line.GetValue(Lane) ?? Jobs.Lane.Normal,
            Priority = line.GetValue(Priority) ?? 0,
            Order = line.GetValue(Order) ?? CrawlOrder.Breadth,
            Sitemaps = line.GetValue(Sitemap),
            TrapLimit = line.GetValue(TrapLimit),
            DemoProducts = demoProducts,
            Recurrence = Recurrence.From(line),
            Webhook = Webhook.From(line),
        };
        // Reads the globs now, not when the first link is met.
        _ = new Scope(spec);
        _ = new EngineRule(spec);
        if (spec.UsesHttp)
            PageOptions.ThrowIfNeedsBrowser(spec.Page, spec.Engine == EngineChoice.Browser ? Http.Name : $"{Engine.Name} {spec.Engine.ToString().ToLowerInvariant()}");
        return spec;
    }

    private void RefuseWithResume(CommandResult command)
    {
        if (command.GetResult(Resume) is null)
            return;

        if (command.GetResult(Urls) is { Tokens.Count: > 0 })
            command.AddError("URLs cannot be added to a crawl that is resumed.");
        foreach (var option in WhatToCrawl.Where(option => command.GetResult(option) is { Implicit: false }))
            command.AddError($"{option.Name} cannot be changed when a crawl is resumed.");
    }

    internal static Option<int?> Number(string name, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;

            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}', but must be a whole number from {least} to {most}."));
            return null;
        },
    };

    internal static Option<T?> Choice<T>(string name, string helpName, string description, params (string Word, T Value)[] choices)
        where T : struct
    {
        var option = new Option<T?>(name) { Description = description, HelpName = helpName, CustomParser = Parse };
        option.CompletionSources.Add([.. choices.Select(choice => choice.Word)]);
        return option;

        T? Parse(ArgumentResult result)
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            foreach (var (word, value) in choices)
            {
                if (word == text)
                    return value;
            }

            result.AddError($"{name} is '{text}', but must be one of {string.Join(", ", choices.Select(choice => choice.Word))}.");
            return null;
        }
    }
}
