using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary><c>farm results</c>.</summary>
public sealed class ResultsCommandTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _site.MapHtml("/", "<title>=HYPERLINK(\"http://evil\")</title><h1>Lamp, red</h1><b>1.250,00 €</b><a href=/2>2</a>");
        _site.MapHtml("/2", "<title>Plain</title><h1>Chair</h1><b>80,00 €</b>");
    }

    public async Task DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Results_OfACrawl_AreLinesATableAndAnArray()
    {
        await File.WriteAllTextAsync(_folder.Combine("fields.json"), """{ "name": "h1", "price": { "css": "b", "type": "money", "locale": "de-DE" } }""");
        (await RunAsync("crawl", _site.BaseUri.AbsoluteUri, "--http", "*", "--schema", "fields.json", "--out", "out")).ExitCode.Should().Be(0);

        var lines = await RunAsync("results", "./out");
        lines.Output.Should().Be(await File.ReadAllTextAsync(_folder.Combine("out/results.ndjson")), lines.Errors);

        var csv = (await RunAsync("results", "./out", "--format", "csv")).Output.Split("\r\n");
        csv[0].Should().Be("seq,url,finalUrl,status,title,fetchedAt,depth,fields.name,fields.price.amount,fields.price.currency");
        csv[1].Should().Contain(",200,\"'=HYPERLINK(\"\"http://evil\"\")\",").And.EndWith(",0,\"Lamp, red\",1250.00,EUR");
        csv[2].Should().EndWith(",1,Chair,80.00,EUR");

        var file = await RunAsync("results", "./out", "--out", "table.csv", "--columns", "fields.name,status");
        file.Output.Should().Contain("2 results of out are in table.csv");
        (await File.ReadAllTextAsync(_folder.Combine("table.csv"))).Should().Be("fields.name,status\r\n\"Lamp, red\",200\r\nChair,200\r\n");

        await RunAsync("results", "./out", "--out", "all.json", "--after", "1");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.Combine("all.json")));
        json.RootElement.EnumerateArray().Single().GetProperty("title").GetString().Should().Be("Plain");
        Directory.GetFiles(_folder.Path, "*.new").Should().BeEmpty();
    }

    [Theory]
    [InlineData(2, "'xml', but must be one of ndjson, csv, json", "./out", "--format", "xml")]
    [InlineData(2, "nothing called 'urk'", "./out", "--format", "csv", "--columns", "urk")]
    [InlineData(2, "--columns says something only with", "./out", "--columns", "url")]
    [InlineData(2, "it has no run '3'", "./out", "--run", "3")]
    [InlineData(2, "--after must be", "./out", "--after", "-1")]
    [InlineData(5, "no crawl.db", "./nowhere")]
    [InlineData(5, "nowhere", "./out", "--out", "nowhere/x.csv")]
    public async Task Results_Mistakes_AreTold(int exitCode, string message, params string[] arguments)
    {
        await RunAsync("crawl", _site.BaseUri.AbsoluteUri, "--http", "*", "--out", "out", "--max-pages", "1");

        var run = await RunAsync(["results", .. arguments]);

        run.ExitCode.Should().Be(exitCode, run.Errors);
        run.Errors.Should().Contain(message);
    }

    [Fact]
    public async Task Results_WhileTheCrawlRuns_AreThoseThatThereAre()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _site.Map("/2", async context =>
        {
            await release.Task;
            await context.Response.WriteAsync("<title>late</title>");
        });
        await using var crawl = FarmProcess.Start(_folder.Path, "crawl", _site.BaseUri.AbsoluteUri, "--http", "*", "--out", "out");
        await Eventually.HoldsAsync(() => File.Exists(_folder.Combine("out/results.ndjson")) && new FileInfo(_folder.Combine("out/results.ndjson")).Length > 0, Bounds.Long, "a page is read");

        (await RunAsync("results", "./out", "--format", "csv", "--columns", "fields,status")).Output.Split("\r\n").Should().HaveCount(3, "a heading, a page, an end");

        release.SetResult();
        (await crawl.EndAsync(Bounds.Long)).ExitCode.Should().Be(0);
        (await RunAsync("results", "./out")).Output.TrimEnd().Split('\n').Should().HaveCount(2);
    }

    [Fact]
    public async Task Results_ReaderHasEnough_EndsWithoutAnError()
    {
        await RunAsync("crawl", _site.BaseUri.AbsoluteUri, "--http", "*", "--out", "out");
        await using var farm = FarmProcess.StartWith(
            "bash", _folder.Path, ["-c", "set -o pipefail; dotnet \"$0\" results ./out | (exec 0<&-; sleep 1); echo \"ended ${PIPESTATUS[0]}\"", FarmProcess.ProgramPath]);

        var run = await farm.EndAsync(Bounds.Long);

        run.Output.Should().Contain("ended 0", run.Errors);
        run.Errors.Should().BeEmpty();
    }

    private Task<FarmResult> RunAsync(params string[] arguments) => FarmProcess.RunAsync(_folder.Path, arguments);
}
