using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>The commands that ask a service, as a person and a script use them.</summary>
public sealed partial class RemoteCommandTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestSite _site = null!;
    private ServiceProcess _farm = null!;
    private string _url = "";
    private string _token = "";

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _site.MapHtml("/", "<title>Start <b>\u202Efdp</title><a href=/a>a</a><a href=/b>b</a><a href=/missing>missing</a>");
        _site.MapHtml("/a", "<title>a, \"quoted\"</title>");
        _site.MapHtml("/b", "<title>b</title>");
        var made = await FarmProcess.RunAsync(_folder.Path, "token", "tester", "--scope", "jobs:read", "--scope", "jobs:write");
        _token = made.Output.Trim();
        await File.WriteAllTextAsync(_folder.Combine("tokens.json"), $$"""{ "tokens": [ {{Entry().Match(made.Errors).Value}} ] }""");
        _farm = await ServiceProcess.StartAsync(_folder.Path, ["--tokens", "tokens.json"]);
        _url = _farm.Url.AbsoluteUri;
    }

    public async Task DisposeAsync()
    {
        await _farm.DisposeAsync();
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Commands_OneCrawlFromSubmitToItsResults_TellItInWordsAndAsJson()
    {
        var submitted = await AskAsync("submit", _site.BaseUri.AbsoluteUri, "--name", "shop", "--format", "text", "--wait");
        submitted.ExitCode.Should().Be(0, submitted.Errors);
        submitted.Output.Should().Contain("shop has begun with 1 page").And.Contain("shop: finished, 3 done, 1 failed");

        (await AskAsync("status", "shop")).Output.Should().Contain("finished").And.Contain("3 done, 1 failed");
        (await AskAsync("status")).Output.Should().Contain("shop: finished").And.Contain("contexts");
        JsonOf(await AskAsync("status", "shop", "--json")).GetProperty("pages").GetProperty("succeeded").GetInt32().Should().Be(3);
        JsonOf(await AskAsync("status", "--json")).GetProperty("queue").GetProperty("state").GetString().Should().NotBeEmpty();
        (await AskAsync("targets")).Output.Should().Contain(_site.BaseUri.GetLeftPart(UriPartial.Authority));

        (await AskAsync("results", "shop")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(3);
        JsonDocument.Parse((await AskAsync("results", "shop", "--format", "json")).Output).RootElement.GetArrayLength().Should().Be(3);
        var table = await AskAsync("results", "shop", "--out", "shop.csv");
        table.Output.Should().Contain("3 results of shop are in shop.csv");
        (await File.ReadAllTextAsync(_folder.Combine("shop.csv"))).Should().Contain("\"a, \"\"quoted\"\"\"");

        var letters = await AskAsync("dead-letters", "shop", "--class", "http-404");
        letters.Output.Should().Contain("http-404").And.Contain("/missing");
        (await AskAsync("dead-letters")).Output.Should().Contain("shop  ").And.Contain("/missing");
        (await AskAsync("dead-letters", "--requeue")).ExitCode.Should().Be(2, "so much is not moved by leaving a name out");
        (await AskAsync("dead-letters", "--requeue", "--all-crawls", "--class", "http-503")).Output.Should().Contain("0 pages back in line");
        _site.MapHtml("/missing", "<title>found</title>");
        (await AskAsync("dead-letters", "shop", "--requeue")).Output.Should().Contain("1 page back in line");
        (await AskAsync("submit", "--to", "shop", _site.UriOf("/b").AbsoluteUri, _site.UriOf("/c").AbsoluteUri, "--wait")).Output.Should().Contain("1 added, 1 known already");

        var why = await AskAsync("explain", "shop", "--url", _site.UriOf("/missing").AbsoluteUri);
        why.Output.Should().Contain("succeeded").And.Contain("try 1");
        (await AskAsync("explain", "shop", "--url", "https://never.example/")).ExitCode.Should().Be(2);
    }

    [Fact]
    public async Task Cancel_CrawlWhosePagesHang_TellsHowManyOfEach()
    {
        _site.Map("/hang", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        (await AskAsync("submit", _site.UriOf("/hang").AbsoluteUri, "--name", "stuck", "--ignore-robots")).ExitCode.Should().Be(0);
        await Eventually.HoldsAsync(async () => (await AskAsync("status", "stuck")).Output.Contains("1 running", StringComparison.Ordinal), Bounds.Long, "the page is open");
        (await AskAsync("pause", "stuck")).Output.Should().Contain("stuck is paused");
        (await AskAsync("resume", "stuck")).Output.Should().Contain("stuck goes on");

        var cancelled = await AskAsync("cancel", "stuck");

        cancelled.Output.Should().Contain("stuck is called off: 0 pages waited, 1 were open, 1 of these are closed");
        (await AskAsync("submit", "--to", "stuck", _site.UriOf("/b").AbsoluteUri)).Should().Match<FarmResult>(end => end.ExitCode == 2 && end.Errors.Contains("cancelled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Top_Piped_WritesALineASecondUntilItIsStopped()
    {
        await using var top = Start(_token, "top");

        await Eventually.HoldsAsync(() => top.Output.Split('\n').Length > 2, Bounds.Medium, "it goes on telling");
        Signal.Interrupt(top.Pid);
        var end = await top.EndAsync(Bounds.Medium);

        end.ExitCode.Should().Be(0);
        end.Output.Split('\n')[0].Should().MatchRegex(@"^\d\d:\d\d:\d\d (idle|flowing|throttled|starved): .* pages/s");
    }

    [Fact]
    public async Task Doctor_OfAService_TellsItsHealthAndWhatItFoundAboutItself()
    {
        await Eventually.HoldsAsync(async () => (await AskAsync("doctor", "--url", _url)).ExitCode == 0, Bounds.Long, "it is ready");

        var doctor = await AskAsync("doctor", "--url", _url, "--json");

        var subjects = JsonDocument.Parse(doctor.Output).RootElement.EnumerateArray().Select(check => check.GetProperty("subject").GetString()).ToList();
        subjects.Should().Contain(["alive", "browsers", "disk", "sandbox", "switches", "file descriptors", "pipeline"]);
    }

    [Theory]
    [InlineData("wrong", 3, "FARM_TOKEN holds the token", "status")]
    [InlineData("right", 2, "There is no crawl 'none'", "status", "none")]
    [InlineData("right", 2, "/maxDepth", "submit", "--spec", "spec.json")]
    [InlineData("right", 2, "is no crawl as the service takes it", "submit", "--spec", "typo.json")]
    [InlineData("right", 2, "--to adds pages to a crawl that exists", "submit", "http://a.example/", "--to", "x", "--name", "y")]
    [InlineData("right", 2, "Give the name of a crawl, or --job", "cancel")]
    [InlineData("right", 2, "--columns is for crawls of this machine", "results", "none", "--format", "csv", "--columns", "url")]
    [InlineData("right", 10, "No service answers at http://127.0.0.1:1/", "status", "--farm", "http://127.0.0.1:1")]
    [InlineData("right", 2, "must be like http://127.0.0.1:8080", "status", "--farm", "farm.example")]
    public async Task Commands_MistakeOrRefusal_IsALineWithAnExitCode(string token, int exitCode, string expected, params string[] arguments)
    {
        await File.WriteAllTextAsync(_folder.Combine("spec.json"), """{ "urls": ["http://a.example/"], "maxDepth": -1 }""");
        await File.WriteAllTextAsync(_folder.Combine("typo.json"), """{ "url": ["http://a.example/"] }""");

        await using var farm = Start(token == "right" ? _token : "bf_nobody", arguments);
        var end = await farm.EndAsync(Bounds.Medium);

        end.ExitCode.Should().Be(exitCode, end.Errors);
        end.Errors.Should().Contain(expected).And.NotContain("   at ");
    }

    [Fact]
    public async Task Completion_InBash_CompletesCommandsOptionsAndWords()
    {
        var script = await FarmProcess.RunAsync(_folder.Path, "completion", "bash");
        await File.WriteAllTextAsync(_folder.Combine("complete.bash"), script.Output);

        (await CompleteAsync("farm", "dead")).Should().Equal("dead-letters");
        (await CompleteAsync("farm", "submit", "--max-")).Should().BeEquivalentTo("--max-pages", "--max-depth");
        (await CompleteAsync("farm", "crawl", "--lane", "b")).Should().Equal("background");
        (await CompleteAsync("farm", "submit", "--engine", "")).Should().BeEquivalentTo("browser", "http", "auto");
        (await FarmProcess.RunAsync(_folder.Path, "completion", "fish")).Output.Should().Contain("complete -c farm -n __fish_use_subcommand -f -a submit");
        (await FarmProcess.RunAsync(_folder.Path, "completion", "tcsh")).ExitCode.Should().Be(2);
    }

    private async Task<string[]> CompleteAsync(params string[] words)
    {
        var quoted = string.Join(' ', words.Select(word => $"'{word}'"));
        var start = new ProcessStartInfo("bash", ["-c", $"source ./complete.bash; COMP_WORDS=({quoted}); COMP_CWORD={words.Length - 1}; _farm_complete; printf '%s\\n' \"${{COMPREPLY[@]}}\""])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<FarmResult> AskAsync(params string[] arguments)
    {
        await using var farm = Start(_token, arguments);
        return await farm.EndAsync(Bounds.Long);
    }

    private FarmProcess Start(string token, params string[] arguments) => FarmProcess.StartWith(
        "dotnet", _folder.Path, [FarmProcess.ProgramPath, .. arguments], new Dictionary<string, string?>(StringComparer.Ordinal) { ["FARM_URL"] = _url, ["FARM_TOKEN"] = token });

    private static JsonElement JsonOf(FarmResult end)
    {
        end.ExitCode.Should().Be(0, end.Errors);
        return JsonDocument.Parse(end.Output).RootElement;
    }

    [GeneratedRegex(@"\{[^{}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Entry();
}
