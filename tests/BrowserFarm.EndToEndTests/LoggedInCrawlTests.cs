using System.Text.Json;
using BrowserFarm.Demo;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>What is behind a log-in and below the end of the page, with the command line alone.</summary>
public sealed class LoggedInCrawlTests : IAsyncLifetime
{
    private const string LogIn = """
        { "fill": "input[name=user]", "text": "demo", "if": "form.login" }, { "fill": "input[name=password]", "text": "demo", "if": "form.login" }, { "click": "form.login button", "if": "form.login" },
        { "waitFor": ".order", "if": "form.login" }
        """;

    private readonly TempFolder _folder = new();
    private DemoSite _shop = null!;

    public async Task InitializeAsync() => _shop = await DemoSite.StartAsync(new DemoSiteOptions { Products = 60 }, TimeProvider.System, CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _shop.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Crawl_LogsInByActionsAndScrollsToTheEnd_HasEveryItemOnce()
    {
        await WriteAsync("actions.json", $"[{LogIn}, {{ \"scrollToEnd\": \".card\", \"if\": \".the-end, .more\" }}]");

        var pages = await CrawlAsync("--actions", "actions.json");

        pages["/account"].GetProperty("orders").EnumerateArray().Select(order => order.GetString()).Should().OnlyHaveUniqueItems().And.NotBeEmpty();
        pages["/infinite"].GetProperty("cards").EnumerateArray().Select(card => card.GetString()).Should().BeEquivalentTo(Enumerable.Range(1, 60).Select(id => $"{id}"));
    }

    [Fact]
    public async Task Crawl_WithTheProfileOfALogIn_IsBehindIt()
    {
        await WriteAsync("login.json", $"[{LogIn}]");

        var logIn = await FarmProcess.RunAsync(
            _folder.Path, "render", new Uri(_shop.BaseUri, "/account").AbsoluteUri, "--format", "text", "--actions", "login.json", "--save-profile", "demo.json");
        var pages = await CrawlAsync("--profile", "demo.json");

        logIn.ExitCode.Should().Be(0, logIn.Errors);
        pages["/account"].GetProperty("orders").GetArrayLength().Should().BePositive();
        File.ReadAllText(_folder.Combine("demo.json")).Should().Contain("cookies");
    }

    [Fact]
    public async Task Crawl_ProfileThatIsNone_IsRefusedBeforeAnythingIsBegun()
    {
        await WriteAsync("demo.json", "{}");

        var run = await FarmProcess.RunAsync(_folder.Path, "crawl", _shop.BaseUri.AbsoluteUri, "--profile", "demo.json", "--out", "crawl");

        run.ExitCode.Should().Be(3, run.Errors);
        run.Errors.Should().Contain("demo.json is not a profile");
        Directory.Exists(_folder.Combine("crawl")).Should().BeFalse();
    }

    /// <returns>Fields by path.</returns>
    private async Task<Dictionary<string, JsonElement>> CrawlAsync(params string[] options)
    {
        var run = await FarmProcess.RunAsync(_folder.Path,
        [
            "crawl", new Uri(_shop.BaseUri, "/account").AbsoluteUri, new Uri(_shop.BaseUri, "/infinite").AbsoluteUri, "--max-depth", "0", "--out", "crawl",
            "--select", "orders[]=.order-number", "--select", "cards[]=.card@data-id", .. options,
        ]);
        run.ExitCode.Should().Be(0, $"{run.Errors}\n{run.Output}");
        return File.ReadLines(_folder.Combine("crawl/results.ndjson")).Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(page => new Uri(page.GetProperty("url").GetString()!).AbsolutePath, page => page.GetProperty("fields"), StringComparer.Ordinal);
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(_folder.Combine(name), text);
}
