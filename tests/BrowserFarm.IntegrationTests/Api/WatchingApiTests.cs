using System.Collections.Concurrent;
using System.Diagnostics;
using BrowserFarm.IntegrationTests.Diagnostics;
using TestKit;

namespace BrowserFarm.IntegrationTests.Api;

/// <summary>What the service tells of itself: its audit, its limits, its traces.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class WatchingApiTests : ServiceTest
{
    protected override string? LimitsFile
    {
        get
        {
            var path = Folder.Combine("limits.json");
            if (!File.Exists(path))
                File.WriteAllText(path, """{ "targets": { "127.0.0.1": { "max": 1, "spacingMs": 200 } } }""");
            return path;
        }
    }

    protected override bool ShowsTargets => true;

    [Fact]
    public async Task Audit_FirstBrowserRuns_TellsOfItAndOfTheMachine()
    {
        await UntilReadyAsync();

        var audit = await AskAsync("/v1/audit");

        audit.TryGetProperty("problem", out _).Should().BeFalse();
        audit.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("subject").GetString())
            .Should().Equal("sandbox", "switches", "temporary files", "shared memory", "file descriptors");
        audit.GetProperty("findings").EnumerateArray().Should().NotContain(finding => finding.GetProperty("grade").GetString() == "failed");
    }

    [Fact]
    public async Task Limits_FileChanges_HoldWithoutARestartAndAFaultyOneIsKeptOut()
    {
        string[] pages = [.. Enumerable.Range(1, 12).Select(page => $"/{page}")];
        Link("/", pages);
        foreach (var page in pages)
            Link(page);
        await UntilAsync(await BeginAsync(new { name = "one", urls = new[] { Site.UriOf("/") }, maxPages = 3 }), "finished");
        (await TargetAsync("limit")).Should().Be(1);

        await File.WriteAllTextAsync(LimitsFile!, """{ "targets": { "127.0.0.1": { "max": "many" } } }""");
        await Eventually.HoldsAsync(
            async () => (await AskAsync("/v1/audit")).GetProperty("findings").EnumerateArray().Any(finding => finding.GetProperty("subject").GetString() == "limits"), Bounds.Medium, "the fault is told");

        await File.WriteAllTextAsync(LimitsFile!, "{ }");
        await Eventually.HoldsAsync(
            async () => (await AskAsync("/v1/audit")).GetProperty("findings").EnumerateArray().All(finding => finding.GetProperty("subject").GetString() != "limits"), Bounds.Medium, "the file is used again");
        await UntilAsync(await BeginAsync(new { name = "two", urls = new[] { Site.UriOf("/") } }), "finished");
        (await TargetAsync("limit")).Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task Traces_OnePage_AreASpanOfTheAttemptWithItsSteps()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("BrowserFarm", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        string? traceparent = null;
        Link("/");
        Site.Map("/robots.txt", context =>
        {
            traceparent = context.Request.Headers["traceparent"];
            return Task.CompletedTask;
        });

        var crawl = await BeginAsync(new { urls = new[] { Site.UriOf("/") }, maxPages = 1, page = new { formats = new[] { "png" } } });
        await UntilAsync(crawl, "finished");
        await Eventually.HoldsAsync(() => ended.Any(IsOurs), Bounds.Short, "the attempt's span ends after its page was settled");

        var attempt = ended.Single(IsOurs);
        attempt.GetTagItem("url.full").Should().Be(Site.UriOf("/").AbsoluteUri);
        attempt.GetTagItem("browserfarm.outcome").Should().Be("succeeded");
        ended.Where(span => span.ParentSpanId == attempt.SpanId).OrderBy(span => span.StartTimeUtc).Select(span => span.OperationName)
            .Should().Equal("admission", "robots", "lease", "navigate", "settle", "capture", "extract", "store", "discover", "record");
        traceparent.Should().BeNullOrEmpty("a site is not told the numbers of our traces");

        bool IsOurs(Activity span) => span.OperationName == "attempt" && (string?)span.GetTagItem("browserfarm.crawl") == crawl;
    }

    [Fact]
    public async Task TargetMetrics_Asked_AreGaugesOfTheBusiestByName()
    {
        var release = new TaskCompletionSource();
        Site.Map("/", async context => await release.Task.WaitAsync(context.RequestAborted));
        var crawl = await BeginAsync(new { urls = new[] { Site.UriOf("/") }, maxPages = 1 });
        var name = Site.BaseUri.GetLeftPart(UriPartial.Authority);
        await Eventually.HoldsAsync(
            async () => (await Client.GetStringAsync("/metrics")).Split('\n').Any(line => line.StartsWith("browserfarm_target_in_flight{", StringComparison.Ordinal) && line.Contains($"target=\"{name}\"", StringComparison.Ordinal) && line.Contains("} 1", StringComparison.Ordinal)),
            Bounds.Medium, "one request is in flight");

        release.SetResult();
        await UntilAsync(crawl, seen => seen.GetProperty("state").GetString() is not "running", "it ends");
    }

    private async Task<int> TargetAsync(string member) =>
        (await AskAsync("/v1/targets")).GetProperty("items").EnumerateArray().Single(target => target.GetProperty("target").GetString() == Site.BaseUri.GetLeftPart(UriPartial.Authority)).GetProperty(member).GetInt32();
}
