using System.Text.Json;
using Microsoft.Data.Sqlite;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm crawl --every</c> as a process: waiting, killed, caught up, stopped, explained.</summary>
public sealed class RecurringCrawlTests : IAsyncLifetime
{
    private const string Yearly = "0 0 1 1 *";

    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _site.MapHtml("/", "<a href=/a>a</a><a href=/b>b</a>").MapHtml("/a", "<p>a").MapHtml("/b", "<p>b");
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Crawl_KilledBetweenTwoRuns_CatchesUpWhatWasMissedOnceAndWaits()
    {
        await using (var farm = FarmProcess.Start(_folder.Path, "crawl", _site.BaseUri.AbsoluteUri, "--out", "out", "--every", Yearly, "--format", "text"))
        {
            await WaitingAsync(farm);
            ProcessTable.DescendantsOf(farm.Pid).Should().BeEmpty("no browser is held between two runs");
            (await FarmProcess.RunAsync(_folder.Path, "explain", "./out")).Output.Should().Contain("idle: the next run is due").And.Contain("runs        1; the last began");
            Signal.Kill(farm.Pid);
            await farm.EndAsync(Bounds.Medium);
        }

        MakeDue(DateTimeOffset.UnixEpoch.AddYears(50));   // several first days of January have passed
        await using (var farm = FarmProcess.Start(_folder.Path, "crawl", "--resume", "./out"))
        {
            await WaitingAsync(farm);
            farm.Output.Should().Contain("Run 2 of out, due 2020-01-01 00:00:00 UTC, caught up");
            Signal.Interrupt(farm.Pid);

            var end = await farm.EndAsync(Bounds.Medium);

            end.ExitCode.Should().Be(0, end.Errors);
            end.Output.Should().Contain("Stopped between two runs").And.Contain("--resume ./out");
        }

        var runs = Directory.GetDirectories(_folder.Combine("out/runs"));
        runs.Should().HaveCount(2, "one for all that were missed").And.AllSatisfy(run => Urls(run).Should().BeEquivalentTo(
            [_site.BaseUri.AbsoluteUri, _site.UriOf("/a").AbsoluteUri, _site.UriOf("/b").AbsoluteUri]));
    }

    [Fact]
    public async Task Crawl_KilledInARun_GoesOnWithItAndAsksForEveryPageOnce()
    {
        var go = new TaskCompletionSource();
        _site.Map("/b", async context =>
        {
            await go.Task.WaitAsync(context.RequestAborted);
            context.Response.ContentType = "text/html";
        });
        await using (var farm = FarmProcess.Start(_folder.Path, "crawl", _site.BaseUri.AbsoluteUri, "--out", "out", "--every", Yearly, "--format", "text"))
        {
            await Eventually.HoldsAsync(() => Directory.Exists(_folder.Combine("out/runs")) && ResultLines() == 2 && _site.VisitsTo("/b") == 1, Bounds.Long, "all but one page is read");
            Signal.Kill(farm.Pid);
            await farm.EndAsync(Bounds.Medium);
        }

        go.SetResult();
        var visits = _site.VisitsTo("/a");
        await using var again = FarmProcess.Start(_folder.Path, "crawl", "--resume", "./out");
        await WaitingAsync(again);
        Signal.Terminate(again.Pid);

        (await again.EndAsync(Bounds.Medium)).ExitCode.Should().Be(0);
        Urls(Directory.GetDirectories(_folder.Combine("out/runs")).Single()).Should().HaveCount(3).And.OnlyHaveUniqueItems();
        _site.VisitsTo("/a").Should().Be(visits, "what was read is not read again");
    }

    [Fact]
    public async Task Crawl_InterruptedInARun_Is130()
    {
        _site.Map("/a", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var farm = FarmProcess.Start(_folder.Path, "crawl", _site.BaseUri.AbsoluteUri, "--out", "out", "--every", Yearly);
        await Eventually.HoldsAsync(() => _site.VisitsTo("/a") == 1, Bounds.Long, "a page is being read");

        Signal.Interrupt(farm.Pid);
        await Eventually.HoldsAsync(() => farm.Output.Contains("Stopping", StringComparison.Ordinal), Bounds.Medium, "the first signal is acknowledged");
        Signal.Interrupt(farm.Pid);

        var end = await farm.EndAsync(Bounds.Medium);
        end.ExitCode.Should().Be(130, end.Errors);
        end.Output.Should().NotContain("Stopped between two runs");
    }

    [Theory]
    [InlineData("--every is '61 * * * *', but must be five fields", "--every", "61 * * * *")]
    [InlineData("--every is '0 0 30 2 *', but no such day ever comes", "--every", "0 0 30 2 *")]
    [InlineData("--time-zone is 'Mars'", "--every", "@daily", "--time-zone", "Mars")]
    [InlineData("--fresh is '6', but must be a whole number and a unit", "--every", "@daily", "--fresh", "6")]
    [InlineData("--fresh says something only with --every", "--fresh", "6h")]
    [InlineData("--every cannot be changed", "--every", "@daily", "--resume", "x")]
    [InlineData("Required argument missing for option: '--every'", "--every")]
    public async Task Crawl_WrongRecurrence_IsRefusedInOneLine(string message, params string[] arguments)
    {
        var run = await FarmProcess.RunAsync(_folder.Path, ["crawl", .. arguments]);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().StartWith("farm: " + message);
        run.Errors.TrimEnd().Should().NotContain("\n");
        Directory.Exists(_folder.Combine("farm-data")).Should().BeFalse();
    }

    private static Task WaitingAsync(FarmProcess farm) =>
        Eventually.HoldsAsync(() => farm.Output.Contains("Next run ", StringComparison.Ordinal), Bounds.Long, "it waits for the next run");

    /// <summary>As if time had passed: the next run was due then.</summary>
    private void MakeDue(DateTimeOffset at)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.Combine("out/crawl.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE recurring SET next_run_at = $at";
        command.Parameters.AddWithValue("$at", at.ToUnixTimeMilliseconds());
        command.ExecuteNonQuery().Should().Be(1);
    }

    private int ResultLines() => Directory.EnumerateFiles(_folder.Combine("out/runs"), "results.ndjson", SearchOption.AllDirectories).Sum(file => File.ReadLines(file).Count());

    private static List<string> Urls(string run) =>
        [.. File.ReadAllLines(Path.Join(run, "results.ndjson")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("url").GetString()!)];
}
