using System.Text.Json;
using BrowserFarm.Demo;
using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Workers;
using Samples;

// A farm inside of a program of your own: it crawls the demo shop, hands every page to a handler, and tells what that found.
//   dotnet run --project samples/ProductHandler [FOLDER]
var folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), $"product-handler-{Guid.NewGuid():N}");

await using var shop = await DemoSite.StartAsync(new DemoSiteOptions(), TimeProvider.System, CancellationToken.None);
var spec = new CrawlSpec
{
    Seeds = [shop.BaseUri.AbsoluteUri],
    Include = ["/products*"],
    MaxPages = 30,
    Page = new PageWish([], []) { Handler = "product" },
};
var options = new FarmOptions { ConfigureServices = services => services.AddPageHandler<ProductHandler>("product") };

await using (var crawl = await LocalCrawl.BeginAsync(
    folder, spec, [CanonicalUrl.Parse(shop.BaseUri.AbsoluteUri)], PlaywrightConfigFile.Load(null), options, logging: null, CancellationToken.None))
    await crawl.RunAsync();

foreach (var line in File.ReadLines(Path.Combine(folder, "results.ndjson")))
{
    using var page = JsonDocument.Parse(line);
    if (page.RootElement.TryGetProperty("data", out var data))
        Console.WriteLine($"{data.GetProperty("averageStars").GetDouble():0.00} of 5 from {data.GetProperty("reviews").GetInt32()} visitors: {data.GetProperty("product").GetString()}");
}

if (args.Length == 0)
    Directory.Delete(folder, recursive: true);
