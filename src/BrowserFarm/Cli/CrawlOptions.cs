using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BrowserFarm.Crawling;
using BrowserFarm.Extraction;
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

    public Option<int?> Concurrency { get; } = Number("--concurrency", 1, 1_000, "Pages open at once (default: what memory and processor allow).");

    public Option<string?> Out { get; } = new("--out") { Description = "The crawl's folder (default: ./farm-data/crawls/<name>).", HelpName = "DIR" };

    public Option<string[]> Formats { get; } = new("--format")
    {
        Description = "What to keep of each page: html, text, markdown, png, pdf; comma-separated or repeated (default html,text).",
        HelpName = "FORMATS",
    };

    public Option<string[]> Select { get; } = new("--select")
    {
        Description = "A field to extract: NAME=CSS, NAME=CSS@attribute, or NAME[]=CSS for every match; may be repeated.",
        HelpName = "NAME=CSS",
    };

    public Option<string?> WaitFor { get; } = new("--wait-for") { Description = "Capture a page only when something matches this CSS selector.", HelpName = "CSS" };

    public Option<bool> IgnoreRobots { get; } = new("--ignore-robots") { Description = "Fetch what robots.txt forbids as well; recorded with the crawl." };

    public Option<string?> Resume { get; } = new("--resume") { Description = "Go on with a crawl that was stopped, by its name or folder.", HelpName = "NAME" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Urls);
        foreach (var option in WhatToCrawl.Concat([Concurrency, Out, Resume]))
            command.Options.Add(option);
        command.Validators.Add(RefuseWithResume);
    }

    /// <summary>Options that are part of the crawl itself, and so cannot be given again when it is resumed.</summary>
    private IEnumerable<Option> WhatToCrawl => [UrlList, MaxPages, MaxDepth, Include, Exclude, Formats, Select, WaitFor, IgnoreRobots];

    /// <summary>The spec that the command line asks for.</summary>
    /// <exception cref="FormatException">A glob, field, format or selector cannot be read.</exception>
    public CrawlSpec SpecFrom(ParseResult line, IReadOnlyList<CanonicalUrl> seeds, int? demoProducts)
    {
        var spec = new CrawlSpec
        {
            Seeds = [.. seeds.DistinctBy(seed => seed.Target).Select(seed => seed.Value)],
            Include = line.GetValue(Include) ?? [],
            Exclude = line.GetValue(Exclude) ?? [],
            MaxPages = line.GetValue(MaxPages) ?? Math.Max(DefaultMaxPages, seeds.Count),
            MaxDepth = line.GetValue(MaxDepth),
            Page = new PageWish(
                PageFormats.Parse(line.GetValue(Formats) is { Length: > 0 } formats ? formats : ["html", "text"]),
                FieldsFrom(line.GetValue(Select) ?? []),
                SelectorFrom(line.GetValue(WaitFor))),
            IgnoreRobots = line.GetValue(IgnoreRobots),
            DemoProducts = demoProducts,
        };
        _ = new Scope(spec);   // reads the globs now, not when the first link is met
        return spec;
    }

    public static IReadOnlyList<FieldSpec> FieldsFrom(string[] texts)
    {
        var fields = texts.Select(FieldSelector.Parse).ToList();
        return fields.CountBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(name => name.Value > 1) is { Key: { } twice }
            ? throw new FormatException($"The field {twice} is given twice.")
            : fields;
    }

    public static string? SelectorFrom(string? text)
    {
        if (text is not null)
            FieldSelector.ThrowIfNotCss("--wait-for", text);
        return text;
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

    private static Option<int?> Number(string name, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;

            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}', but must be a whole number from {least} to {most}."));
            return null;
        },
    };
}
