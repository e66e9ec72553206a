using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm explain</c> beside a crawl that runs, and after it.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Explain_WhileACrawlWaitsForItsSite_TellsWhyEachPageWaits()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        site.MapHtml("/", string.Join("", Enumerable.Range(1, 30).Select(page => $"<a href='/page/{page}'>{page}</a>")) + "<a href='http://else.example/'>else</a>");
        for (var page = 1; page <= 30; page++)
            site.Map($"/page/{page}", context => held.Task.WaitAsync(context.RequestAborted));
        await using var farm = FarmProcess.Start(_folder.Path, "crawl", site.BaseUri.AbsoluteUri, "--out", "out", "--concurrency", "4");
        var line = $"site        {site.BaseUri.GetLeftPart(UriPartial.Authority)}: ";
        await Eventually.HoldsAsync(
            async () => (await ExplainAsync()).Output.Split('\n').Any(text => text.StartsWith(line, StringComparison.Ordinal) && text.Contains("requests in flight", StringComparison.Ordinal)),
            Bounds.Long, "all permits of the site are taken");

        var crawl = await ExplainAsync();
        var last = await ExplainAsync("--url", site.UriOf("/page/30").AbsoluteUri);
        var seed = await ExplainAsync("--url", site.BaseUri.AbsoluteUri);
        var other = await ExplainAsync("--url", "http://else.example/");
        var never = await ExplainAsync("--url", "http://never.example/");
        var first = await ExplainAsync("--job", "1");

        crawl.Output.Should().Contain("flowing").And.Contain("1 done").And.Contain("workers");
        last.Output.Should().Contain("waits for   its site has ").And.Contain("requests in flight").And.Contain("before it").And.Contain("pages of its site")
            .And.Contain("so far").And.Contain("for its site's limit of requests at once");
        seed.Output.Should().Contain("is over").And.Contain("succeeded").And.Contain("try 1");
        first.Output.Should().Be(seed.Output);
        other.Output.Should().Contain("was not taken: a link to other hosts");
        never.ExitCode.Should().Be(2);
        never.Output.Should().Contain("is not known");

        Signal.Kill(farm.Pid);
        await Eventually.HoldsAsync(
            async () => (await ExplainAsync("--url", site.UriOf("/page/30").AbsoluteUri)).Output.Contains("no program works on this crawl", StringComparison.Ordinal),
            Bounds.Long, "its status grows old");
        (await ExplainAsync()).Output.Should().Contain("nobody works on it; go on with ./farm crawl --resume");
        held.SetResult();
    }

    [Theory]
    [InlineData(5, "no crawl.db", "nowhere")]
    [InlineData(2, "give one of them", "nowhere", "--job", "1", "--url", "http://a.example/")]
    [InlineData(2, "--job", "nowhere", "--job", "one")]
    public async Task Explain_MistakenCommandLine_SaysWhatIsWrong(int exitCode, string message, params string[] arguments)
    {
        var run = await FarmProcess.RunAsync(_folder.Path, ["explain", .. arguments]);

        run.ExitCode.Should().Be(exitCode);
        run.Errors.Should().Contain(message);
    }

    private Task<FarmResult> ExplainAsync(params string[] arguments) => FarmProcess.RunAsync(_folder.Path, ["explain", "./out", .. arguments]);
}
