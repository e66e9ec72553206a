using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm crawl --max-bytes</c>: a crawl that takes as much as it may stops in order and can be gone on with.</summary>
public sealed class QuotaTests : IAsyncLifetime
{
    private const int Pages = 40;

    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        for (var page = 1; page <= Pages; page++)
        {
            var noise = new byte[150_000];
            new Random(page).NextBytes(noise);
            var html = $"<title>{page}</title><p>{Convert.ToBase64String(noise)}</p><a href=/{page + 1}>next</a>";
            _site.Map($"/{page}", async context =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
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

    [Fact]
    public async Task Crawl_QuotaUsedUp_StopsInOrderAndGoesOnWithMore()
    {
        var run = await RunAsync("crawl", _site.UriOf("/1").AbsoluteUri, "--http", "*", "--max-pages", $"{Pages}", "--format", "html", "--out", "out", "--max-bytes", "3MB");

        run.ExitCode.Should().Be(9, run.Errors);
        run.Output.Should().Contain("as much as --max-bytes allows").And.Contain("--resume ./out");
        var read = File.ReadLines(_folder.Combine("out/results.ndjson")).Count();
        read.Should().BeInRange(2, Pages - 1);

        var more = await RunAsync("crawl", "--resume", "./out", "--max-bytes", "1GB");

        more.ExitCode.Should().Be(0, more.Errors);
        File.ReadLines(_folder.Combine("out/results.ndjson")).Should().HaveCount(Pages);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("0GB")]
    [InlineData("lots")]
    public async Task Crawl_QuotaThatIsNone_IsRefused(string size)
    {
        var run = await RunAsync("crawl", _site.UriOf("/1").AbsoluteUri, "--max-bytes", size, "--out", "out");

        run.ExitCode.Should().Be(2);
        run.Errors.Should().Contain($"--max-bytes is '{size}', but must be");
    }

    private Task<FarmResult> RunAsync(params string[] arguments) => FarmProcess.RunAsync(_folder.Path, arguments);
}
