using System.Text.Json;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Storage;
using BrowserFarm.Tests.Queueing;
using TestKit;

namespace BrowserFarm.Tests.Storage;

public sealed class ResultExportTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryJobQueue _queue;
    private readonly CrawlFolder _folder;
    private int _jobs;

    public ResultExportTests()
    {
        _queue = new InMemoryJobQueue(_clock);
        _folder = CrawlFolder.Create(_temp.Combine("crawl"));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task CatchUpAsync_AgainAndAgain_WritesEachResultOnce()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(maxPages: 10_000), default);
        await using (var export = Open())
        {
            (await export.CatchUpAsync(default)).Should().Be(0);
            await FinishAsync(250);
            (await export.CatchUpAsync(default)).Should().Be(250, "also what is more than one batch");
            (await export.CatchUpAsync(default)).Should().Be(0);
            await FinishAsync(3);
        }

        await using (var export = Open())
            (await export.CatchUpAsync(default)).Should().Be(3);
        Titles().Should().Equal(Enumerable.Range(1, 253).Select(number => $"{number}"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(12345)]
    public async Task CatchUpAsync_FileCutOffAnywhere_WritesEachResultOnce(int keep)
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        await FinishAsync(100);
        await using (var export = Open())
            await export.CatchUpAsync(default);
        using (var file = new FileStream(_folder.ResultsPath, FileMode.Open))
            file.SetLength(Math.Min(keep, file.Length));

        await using (var export = Open())
            await export.CatchUpAsync(default);

        Titles().Should().Equal(Enumerable.Range(1, 100).Select(number => $"{number}"));
    }

    [Fact]
    public async Task CatchUpAsync_CalledOffOverAndOver_WritesEachResultOnce()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        await FinishAsync(400);
        await using (var export = Open())
        {
            for (var round = 0; round < 50; round++)
            {
                using var cancelled = new CancellationTokenSource();
                cancelled.CancelAfter(TimeSpan.FromMilliseconds(round % 4));
                try
                {
                    await export.CatchUpAsync(cancelled.Token);
                }
                catch (OperationCanceledException)
                {
                    // The next call goes on.
                }
            }

            await export.CatchUpAsync(default);
        }

        Titles().Should().Equal(Enumerable.Range(1, 400).Select(number => $"{number}"));
    }

    [Fact]
    public async Task WriteFailuresAsync_Failures_WritesThemAllWithTheirTries()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        for (var i = 0; i < 130; i++)
            await SettleNextAsync(new Settlement.DeadLetter(new AttemptFailure(FailureKind.Permanent, "http-404", "Gone\nwith \"quotes\" \0.")));
        await using var export = Open();

        (await export.WriteFailuresAsync(default)).Should().Be(130);
        (await export.WriteFailuresAsync(default)).Should().Be(130, "the file is written anew");

        var lines = await File.ReadAllLinesAsync(_folder.FailuresPath);
        lines.Should().HaveCount(130);
        using var first = JsonDocument.Parse(lines[0]);
        first.RootElement.GetProperty("url").GetString().Should().Be("https://a.example/1");
        first.RootElement.GetProperty("class").GetString().Should().Be("http-404");
        first.RootElement.GetProperty("attempts").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task WriteFailuresAsync_NoFailures_LeavesNoFileAndRemovesAnOldOne()
    {
        await _queue.CreateCrawlAsync(Some.Crawl(), default);
        await File.WriteAllTextAsync(_folder.FailuresPath, "{}\n");
        await using var export = Open();

        (await export.WriteFailuresAsync(default)).Should().Be(0);

        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Should().NotContain(name => name!.StartsWith("failures", StringComparison.Ordinal));
    }

    private ResultExport Open() => ResultExport.Open(_queue, "crawl", _folder);

    private async Task FinishAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await SettleNextAsync(new Settlement.Ack(Some.Page(title: $"{_jobs + 1}"), [], []));
    }

    private async Task SettleNextAsync(Settlement settlement)
    {
        await _queue.SubmitAsync("crawl", Some.Jobs($"https://a.example/{++_jobs}"), default);
        var claimed = await _queue.ClaimNextAsync(Engine.Browser, [Lane.Normal], new FakeGate(_clock), "worker", TimeSpan.FromMinutes(1), default);
        (await _queue.SettleAsync(claimed!.Claimed.Claim, settlement, default)).Should().BeTrue();
    }

    private List<string?> Titles() => [.. File.ReadLines(_folder.ResultsPath).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("title").GetString())];
}
