using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>A disk that fills up while a crawl runs.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private const int Pages = 40;

    // A file system of its own, seen by these processes alone; filled up once the first results are there, and emptied when the crawl has said so.
    private const string Script = """
        mount -t tmpfs -o size=80m none disk || exit 99
        dotnet "$0" crawl "$1" $2 --max-pages 40 --out disk/crawl > progress.txt & crawl=$!
        lives() { kill -0 $crawl 2> /dev/null || { cat progress.txt; exit 98; }; }
        until [ -s disk/crawl/results.ndjson ]; do lives; sleep 0.1; done
        cat /dev/zero > disk/ballast 2> /dev/null
        until grep -q 'waiting: The disk' progress.txt; do lives; sleep 0.1; done
        until dotnet "$0" explain disk/crawl > explained.txt && grep -q 'is full' explained.txt; do lives; sleep 0.5; done
        if [ "$3" = stop ]; then
            kill -TERM $crawl; sleep 1; kill -TERM $crawl; wait $crawl; echo "stopped $?"
            rm disk/ballast
            dotnet "$0" crawl --resume disk/crawl > progress.txt & crawl=$!
        else
            rm disk/ballast
        fi
        wait $crawl; echo "ended $?"
        cp disk/crawl/results.ndjson .; cp disk/crawl/failures.ndjson . 2> /dev/null; true
        """;

    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        var text = string.Concat(Enumerable.Range(0, 1000).Select(number => $"<p>Paragraph {number}."));
        for (var page = 1; page <= Pages; page++)
        {
            var html = $"<title>{page}</title><a href=/{page + 1}>on</a>{text}";
            _site.Map($"/{page}", async context =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System);
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync(html);
            });
        }
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("--http *")]
    [InlineData("--format html,png")]
    public async Task Crawl_DiskFullForAWhile_GoesOnByItselfAndLosesNothing(string options)
    {
        var run = await RunAsync(options, "wait");

        run.Output.Should().Contain("ended 0", run.Errors);
        await AllPagesAsync();
        Enumerable.Range(1, Pages).Should().OnlyContain(page => _site.VisitsTo($"/{page}") == 1, "what was read is not read again");
    }

    [Fact]
    public async Task Crawl_StoppedOnAFullDisk_SaysSoAndIsGoneOnWith()
    {
        var run = await RunAsync("--http *", "stop");

        run.Output.Should().Contain("stopped 5", run.Errors).And.Contain("ended 0");
        run.Errors.Should().Contain("is full");
        await AllPagesAsync();
    }

    private async Task<FarmResult> RunAsync(string options, string then)
    {
        Directory.CreateDirectory(_folder.Combine("disk"));
        await using var farm = FarmProcess.StartWith("unshare", _folder.Path, ["-rm", "sh", "-f", "-c", Script, FarmProcess.ProgramPath, _site.UriOf("/1").AbsoluteUri, options, then]);
        return await farm.EndAsync(Bounds.Long);
    }

    private async Task AllPagesAsync()
    {
        var titles = (await File.ReadAllLinesAsync(_folder.Combine("results.ndjson"))).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("title").GetString());
        titles.Should().BeEquivalentTo(Enumerable.Range(1, Pages).Select(page => $"{page}"), "each page once");
        File.Exists(_folder.Combine("failures.ndjson")).Should().BeFalse();
    }
}
