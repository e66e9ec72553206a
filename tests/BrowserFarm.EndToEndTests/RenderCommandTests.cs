using System.Text.Json;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm render</c>, <c>farm doctor</c> and the sandbox, as a process.</summary>
public sealed class RenderCommandTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _site.MapHtml("/", "<title>t</title><h1></h1><script>document.querySelector('h1').textContent = 'made by script'</script>");
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("html", "<h1>made by script</h1>")]
    [InlineData("text", "made by script")]
    [InlineData("markdown", "# made by script")]
    public async Task Render_TextFormats_WriteThePageAndNothingElse(string format, string expected)
    {
        var run = await FarmProcess.RunAsync(_folder.Path, "render", _site.BaseUri.AbsoluteUri, "--format", format);

        run.ExitCode.Should().Be(0, run.Errors);
        run.Output.Should().Contain(expected).And.EndWith("\n").And.NotContain("farm:");
    }

    [Fact]
    public async Task Render_Json_CarriesFields()
    {
        var run = await FarmProcess.RunAsync(_folder.Path, "render", _site.BaseUri.AbsoluteUri, "--format", "json", "--select", "head=h1");

        JsonDocument.Parse(run.Output).RootElement.GetProperty("fields").GetProperty("head").GetString().Should().Be("made by script");
    }

    [Theory]
    [InlineData("png", "\u0089PNG")]
    [InlineData("pdf", "%PDF-")]
    [InlineData("webp", "RIFF")]
    [InlineData("mhtml", "From: <Saved by")]
    [InlineData("har", "{\"log\":{\"version\":\"1.2\"")]
    [InlineData("raw", "<title>t</title><h1></h1>")]
    public async Task Render_BinaryFormats_WriteTheFile(string format, string magic)
    {
        await using var farm = FarmProcess.StartWith("sh", _folder.Path, ["-c", $"exec dotnet \"$0\" render {_site.BaseUri} --format {format} > out", FarmProcess.ProgramPath]);

        (await farm.EndAsync(Bounds.Medium)).ExitCode.Should().Be(0);

        var bytes = await File.ReadAllBytesAsync(_folder.Combine("out"));
        bytes.Should().StartWith(magic.Select(c => (byte)c).ToArray());
    }

    [Fact]
    public async Task Render_Auto_TurnsToABrowserOnlyWhereItMust()
    {
        _site.MapHtml("/whole", "<p>sent as it is");

        var whole = await FarmProcess.RunAsync(_folder.Path, "render", _site.UriOf("/whole").AbsoluteUri, "--format", "text", "--engine", "auto");
        var shell = await FarmProcess.RunAsync(_folder.Path, "render", _site.BaseUri.AbsoluteUri, "--format", "text", "--engine", "auto");

        (whole.Output, whole.Errors).Should().Be(("sent as it is\n", ""));
        shell.Output.Should().Be("made by script\n");
        shell.Errors.Should().Contain("farm: read in a browser: The server sends nothing but scripts.");
    }

    [Fact]
    public async Task Render_ConsoleAndNetwork_AreALineOfJsonEach()
    {
        _site.MapHtml("/talks", "<script>console.log('hello'); console.warn('two')</script>");

        var console = await FarmProcess.RunAsync(_folder.Path, "render", _site.UriOf("/talks").AbsoluteUri, "--format", "console");
        var network = await FarmProcess.RunAsync(_folder.Path, "render", _site.UriOf("/talks").AbsoluteUri, "--format", "network");

        Lines(console).Select(line => line.GetProperty("text").GetString()).Should().Equal("hello", "two");
        Lines(network)[0].GetProperty("status").GetInt32().Should().Be(200);

        static List<JsonElement> Lines(FarmResult run) => [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    [Theory]
    [InlineData("--element=#none", "is no png of it: Nothing matches #none", 7)]
    [InlineData("--element=[[", "--element must be a CSS selector", 2)]
    [InlineData("--capture=settings.json", "screenshot.quality must be a whole number from 1 to 100.", 2)]
    public async Task Render_PictureThatCannotBe_SaysWhy(string option, string saying, int exitCode)
    {
        await File.WriteAllTextAsync(_folder.Combine("settings.json"), """{ "screenshot": { "quality": 0 } }""");

        var run = await FarmProcess.RunAsync(_folder.Path, "render", _site.BaseUri.AbsoluteUri, "--format", "png", option);

        run.ExitCode.Should().Be(exitCode, run.Errors);
        run.Output.Should().BeEmpty();
        run.Errors.Should().Contain(saying);
    }

    [Fact]
    public async Task Render_PageThatIsNotThere_FailsWithItsOwnCode()
    {
        var run = await FarmProcess.RunAsync(_folder.Path, "render", _site.UriOf("/missing").AbsoluteUri);

        run.ExitCode.Should().Be(7);
        run.Output.Should().BeEmpty();
        run.Errors.Should().Contain("status 404");
    }

    [Fact]
    public async Task Doctor_OnThisMachine_FindsEverythingItNeeds()
    {
        var run = await FarmProcess.RunAsync(_folder.Path, "doctor");

        run.ExitCode.Should().Be(0, run.Output);
        foreach (var subject in new[] { "runtime", "sdk", "configuration", "browser", "sandbox", "start", "memory", "contexts", "disk", "ports" })
            run.Output.Should().MatchRegex($@"(?m)^(ok|note) +{subject} ");
    }

    [Fact]
    public async Task Doctor_BadConfiguration_FailsWithItsCode()
    {
        await File.WriteAllTextAsync(_folder.Combine("playwright.config.json"), """{ "lunch": {} }""");

        var run = await FarmProcess.RunAsync(_folder.Path, "doctor");

        run.ExitCode.Should().Be(3);
        run.Output.Should().Contain("lunch is not a known setting");
    }

    [Fact]
    public async Task Render_AsAnotherUserThanRoot_KeepsTheSandboxOn()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            // Already another user: the plain run is the test.
            (await FarmProcess.RunAsync(_folder.Path, "render", _site.BaseUri.AbsoluteUri)).Errors.Should().NotContain("without Chromium's sandbox");
            return;
        }

        // A page that never answers holds the browser while its command line is read.
        _site.Map("/hold", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)Convert.ToInt32("777", 8));
        var copy = CopyOfTheProgram();
        await using var farm = FarmProcess.StartWith("setpriv", "/tmp",
            ["--reuid=65534", "--regid=65534", "--clear-groups", Environment.ProcessPath!, Path.Join(copy, "BrowserFarm.dll"), "render", _site.UriOf("/hold").AbsoluteUri],
            new Dictionary<string, string?> { ["HOME"] = _folder.Path });
        await Eventually.HoldsAsync(() => _site.VisitsTo("/hold") > 0 || farm.Errors.Length > 0, Bounds.Medium, "the page is being asked for");

        farm.Errors.Should().BeEmpty("the sandbox works for a user without privileges on this machine");
        var browsers = ProcessTable.DescendantsOf(farm.Pid).Where(process => process.CommandLine.Contains("--headless", StringComparison.Ordinal)).ToList();
        browsers.Should().NotBeEmpty();
        browsers.Should().OnlyContain(process => !process.CommandLine.Contains("--no-sandbox", StringComparison.Ordinal));
    }

    /// <summary>The program where any user can read it: the checkout may lie in a folder that only its owner may enter.</summary>
    private string CopyOfTheProgram()
    {
        var from = Path.GetDirectoryName(FarmProcess.ProgramPath)!;
        var to = _folder.Combine("program");
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            // Of the driver's platforms only this one is needed, and it is large.
            if (file.Contains("/node/", StringComparison.Ordinal) && !file.Contains("/node/linux-", StringComparison.Ordinal))
                continue;
            var target = Path.Join(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }
}
