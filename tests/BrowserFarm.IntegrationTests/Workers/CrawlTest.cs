using System.Text.Json;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Workers;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.IntegrationTests.Workers;

/// <summary>What tests of whole crawls share: a site that does as it is told, a folder, and crawls of the one into the other.</summary>
public abstract class CrawlTest : IAsyncLifetime
{
    protected TempFolder Folder { get; } = new();

    protected TestSite Site { get; private set; } = null!;

    /// <summary>Of the last crawl, by reason.</summary>
    protected IReadOnlyDictionary<SkipReason, long> Skipped { get; private set; } = new Dictionary<SkipReason, long>();

    public virtual async Task InitializeAsync() => Site = await TestSite.StartAsync(CancellationToken.None);

    public virtual async Task DisposeAsync()
    {
        await Site.DisposeAsync();
        Folder.Dispose();
    }

    protected async Task<FarmSnapshot> CrawlAsync(
        Uri start, Func<CrawlSpec, CrawlSpec> change, Action<FarmOptions>? configure = null, IReadOnlyList<Uri>? seeds = null)
    {
        await using var crawl = await BeginAsync(start, change, configure, seeds);
        await crawl.RunAsync().WaitAsync(Bounds.Long);
        Skipped = await crawl.SkippedAsync(CancellationToken.None);
        return await crawl.LookAsync(CancellationToken.None);
    }

    protected Task<LocalCrawl> BeginAsync(
        Uri start, Func<CrawlSpec, CrawlSpec> change, Action<FarmOptions>? configure = null, IReadOnlyList<Uri>? seeds = null)
    {
        var options = new FarmOptions { Workers = 4 };
        configure?.Invoke(options);
        return LocalCrawl.BeginAsync(
            Folder.Combine("crawl"), change(Spec(start)), [.. (seeds ?? [start]).Select(seed => CanonicalUrl.Parse(seed.AbsoluteUri))],
            Config(), options, logging: null, CancellationToken.None);
    }

    protected static CrawlSpec Spec(Uri start) => new() { Seeds = [start.AbsoluteUri], Page = new PageWish([PageFormat.Text], []) };

    protected virtual PlaywrightConfig Config() => PlaywrightConfigFile.Read(Path.Join(RepositoryRoot.Path, PlaywrightConfigFile.FileName));

    protected void Link(string path, params string[] links) =>
        Site.MapHtml(path, $"<title>{path}</title>{string.Concat(links.Select(link => $"<a href=\"{link}\">{link}</a> "))}");

    protected static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    protected IReadOnlyList<JsonElement> Results() =>
        [.. File.ReadAllLines(Folder.Combine("crawl/results.ndjson")).Select(line => JsonDocument.Parse(line).RootElement)];

    protected IReadOnlyList<string> Paths() => [.. Results().Select(result => new Uri(result.GetProperty("url").GetString()!).PathAndQuery)];
}
