using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm submit</c>: has a service crawl something, or adds pages to what it crawls.</summary>
internal sealed class SubmitCommand
{
    /// <summary>More addresses than the service takes in one request are sent after it.</summary>
    private const int BegunWith = 5_000;

    private readonly Argument<string[]> _urls = new("URL") { Description = "Where to start; links are followed within these hosts.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _list = new("--urls") { Description = "Read more URLs from a file, one a line; - reads them from the input.", HelpName = "FILE|-" };
    private readonly Option<string?> _spec = new("--spec") { Description = "A crawl as the service takes it, as JSON (docs/api.md); options given beside it win. - reads it from the input.", HelpName = "FILE|-" };
    private readonly Option<string?> _name = new("--name") { Description = "The crawl's name (default: one with date and time).", HelpName = "NAME" };
    private readonly Option<string?> _to = new("--to") { Description = "Add the pages to this crawl instead of beginning one.", HelpName = "NAME" };
    private readonly Option<string?> _key = new("--key") { Description = "The same submission under the same key counts once (default: a new key, so that a lost answer does no harm).", HelpName = "KEY" };
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until the crawl is over; ends with 7 when no page could be read." };
    private readonly Option<int?> _maxPages = CrawlOptions.Number("--max-pages", 1, 100_000_000, "Most pages to attempt (default 100, or as many as URLs are given).");
    private readonly Option<int?> _maxDepth = CrawlOptions.Number("--max-depth", 0, 10_000, "Most links to follow in a row; 0 takes only the URLs given (default: no bound).");
    private readonly Option<string[]> _include = new("--include") { Description = "Follow only links that match, for example '/docs/*'; may be repeated.", HelpName = "GLOB" };
    private readonly Option<string[]> _exclude = new("--exclude") { Description = "Follow no links that match; may be repeated.", HelpName = "GLOB" };
    private readonly Option<string?> _engine = Words("--engine", "ENGINE", "What pages are read with.", "browser", "http", "auto");
    private readonly Option<string?> _lane = Words("--lane", "LANE", "How pressing it is among all work.", "urgent", "normal", "background");
    private readonly Option<int?> _priority = CrawlOptions.Number("--priority", -1000, 1000, "Inside its lane the higher goes first.");
    private readonly Option<string[]> _formats = new("--format") { Description = "What to keep of each page; comma-separated or repeated (default html,text).", HelpName = "FORMATS" };
    private readonly Option<string?> _waitFor = new("--wait-for") { Description = "Capture a page only when this CSS selector matches.", HelpName = "SELECTOR" };
    private readonly Option<string?> _device = new("--device") { Description = "Visit as one of Playwright's devices.", HelpName = "NAME" };
    private readonly Option<bool> _sitemap = new("--sitemap") { Description = "Begin also with every page that the site's sitemaps list." };
    private readonly Option<bool> _ignoreRobots = new("--ignore-robots") { Description = "Fetch what robots.txt forbids as well." };
    private readonly FarmConnection _farm = new();

    public static Command Create()
    {
        var submit = new SubmitCommand();
        var command = submit._farm.AddTo(new Command("submit", "Has a service crawl something, or adds pages to what it crawls.")
        {
            submit._urls, submit._list, submit._spec, submit._name, submit._to, submit._key, submit._wait, submit._maxPages, submit._maxDepth, submit._include, submit._exclude, submit._engine,
            submit._lane, submit._priority, submit._formats, submit._waitFor, submit._device, submit._sitemap, submit._ignoreRobots,
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(submit._to) is not null && submit.AboutACrawl.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } other)
                result.AddError($"{submit._to.Name} adds pages to a crawl that exists; {other.Name} is for a new one.");
        });
        command.SetAction(submit.RunAsync);
        return command;
    }

    private IEnumerable<Option> AboutACrawl => [_spec, _name, _maxPages, _maxDepth, _include, _exclude, _engine, _lane, _priority, _formats, _waitFor, _device, _sitemap, _ignoreRobots];

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> urls = [.. (await UrlInput.ReadAsync(line.GetValue(_urls) ?? [], line.GetValue(_list), Console.In, cancellationToken)).Select(url => url.Value)];
        using var farm = _farm.Open(line);
        var key = line.GetValue(_key) ?? Guid.NewGuid().ToString();
        return line.GetValue(_to) is { } crawl
            ? await AddAsync(farm, crawl, urls, key, line, cancellationToken)
            : await BeginAsync(farm, SpecFrom(line, urls), urls, key, line, cancellationToken);
    }

    private async Task<int> BeginAsync(FarmClient farm, CrawlRequest spec, IReadOnlyList<string> urls, string key, ParseResult line, CancellationToken cancellationToken)
    {
        // What is too long for one request follows as lines.
        if (urls.Count > BegunWith)
            spec = spec with { Urls = [.. urls.Take(BegunWith)], MaxPages = spec.MaxPages ?? urls.Count };
        var text = await farm.PostAsync("v1/crawls", FarmClient.Json(spec, ApiJson.Readable.CrawlRequest), key, cancellationToken);
        var crawl = FarmClient.Read(text, ApiJson.Readable.CrawlAnswer);
        var asJson = line.GetValue(_farm.Json);
        await Console.Out.WriteLineAsync(asJson ? text : $"{crawl.Id} has begun with {RemoteText.Count(Math.Max(crawl.Pages.Total, urls.Count), "page")}; look at it with ./farm status {crawl.Id}, take what it reads with ./farm results {crawl.Id}");
        if (urls.Count > BegunWith && await AddAsync(farm, crawl.Id, [.. urls.Skip(BegunWith)], key, line, cancellationToken) is not ExitCode.Ok and var code)
            return code;
        return line.GetValue(_wait) ? await CrawlWait.UntilOverAsync(farm, crawl.Id, asJson, cancellationToken) : ExitCode.Ok;
    }

    private async Task<int> AddAsync(FarmClient farm, string crawl, IReadOnlyList<string> urls, string key, ParseResult line, CancellationToken cancellationToken)
    {
        if (urls.Count == 0)
            throw new FormatException($"{_to.Name} wants pages to add: give URLs, or a list of them with {_list.Name}.");

        // As lines: a line that is wrong is told, the others are taken.
        var lines = string.Join('\n', urls.Select(url => JsonSerializer.Serialize(url)));
        var text = await farm.PostAsync(
            $"v1/crawls/{Uri.EscapeDataString(crawl)}/pages", () => new StringContent(lines, System.Text.Encoding.UTF8, "application/x-ndjson"), key, cancellationToken);
        var added = FarmClient.Read(text, ApiJson.Readable.AddedAnswer);
        await Console.Out.WriteLineAsync(line.GetValue(_farm.Json) ? text : RemoteText.Added(added, urls));
        if (line.GetValue(_wait))
            return await CrawlWait.UntilOverAsync(farm, crawl, line.GetValue(_farm.Json), cancellationToken);
        return added.Rejected > 0 ? ExitCode.Usage : ExitCode.Ok;
    }

    private CrawlRequest SpecFrom(ParseResult line, IReadOnlyList<string> urls)
    {
        var spec = line.GetValue(_spec) is { } path ? ReadSpec(path) : new CrawlRequest();
        var page = spec.Page ?? new PageRequest();
        page = page with { Formats = Given(line, _formats) is { } formats ? [.. formats.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))] : page.Formats, WaitFor = line.GetValue(_waitFor) ?? page.WaitFor };
        return spec with
        {
            // With a key and without a name the service would name it after the key, which nobody can type.
            Name = line.GetValue(_name) ?? spec.Name ?? (line.GetValue(_key) is null && (urls.Count > 0 ? urls : spec.Urls) is [var first, ..] ? NameFor(first) : null),
            Urls = urls.Count > 0 ? urls : spec.Urls,
            MaxPages = line.GetValue(_maxPages) ?? spec.MaxPages,
            MaxDepth = line.GetValue(_maxDepth) ?? spec.MaxDepth,
            Include = Given(line, _include) ?? spec.Include,
            Exclude = Given(line, _exclude) ?? spec.Exclude,
            Engine = line.GetValue(_engine) ?? spec.Engine,
            Lane = line.GetValue(_lane) ?? spec.Lane,
            Priority = line.GetValue(_priority) ?? spec.Priority,
            Sitemaps = line.GetValue(_sitemap) ? true : spec.Sitemaps,
            IgnoreRobots = line.GetValue(_ignoreRobots) ? true : spec.IgnoreRobots,
            Page = page == new PageRequest() ? null : page,
            Visitor = line.GetValue(_device) is { } device ? (spec.Visitor ?? new VisitorRequest()) with { Device = device } : spec.Visitor,
        };
    }

    private static string NameFor(string url)
    {
        var host = Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.IdnHost : "crawl";
        var safe = string.Concat(host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_').Take(60));
        return string.Create(CultureInfo.InvariantCulture, $"{safe.TrimStart('.', '-', '_')}-{TimeProvider.System.GetUtcNow():yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
    }

    private static CrawlRequest ReadSpec(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(InputFile.Read(path, "crawl", 4 << 20), ApiJson.Readable.CrawlRequest) ?? throw new FormatException($"{InputFile.NameOf(path)} is null.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{InputFile.NameOf(path)} is no crawl as the service takes it: {exception.Message}", exception);
        }
    }

    private static string[]? Given(ParseResult line, Option<string[]> option) => line.GetValue(option) is { Length: > 0 } given ? given : null;

    private static Option<string?> Words(string name, string helpName, string description, params string[] words) =>
        new Option<string?>(name) { Description = $"{description} One of {string.Join(", ", words)}.", HelpName = helpName }.AcceptOnlyFromAmong(words);
}
