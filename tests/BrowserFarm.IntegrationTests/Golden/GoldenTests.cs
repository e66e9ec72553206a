using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using ContextPool.Leasing;
using TestKit;

namespace BrowserFarm.IntegrationTests.Golden;

/// <summary>Ten pages and what is made of them, kept beside this file: whatever changes in a result is seen in a diff, and is then meant or a mistake.</summary>
/// <remarks>
/// <c>BROWSERFARM_WRITE_GOLDEN=FOLDER</c> writes them anew, with pictures of the pages into the folder: both want to be looked at before they are kept.
/// </remarks>
[Collection(ChromiumCollection.Name)]
public sealed class GoldenTests(ChromiumFixture chromium)
{
    private const string Host = "https://golden.example/";

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Here => Path.Join(RepositoryRoot.Path, "tests/BrowserFarm.IntegrationTests/Golden");

    public static TheoryData<string> Pages
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (var file in Directory.EnumerateFiles(Path.Join(Here, "pages"), "*.html").Order(StringComparer.Ordinal))
                names.Add(Path.GetFileNameWithoutExtension(file));
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Result_OfAPage_IsAsItWas(string name)
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapFolder("/", Path.Join(Here, "pages"));
        site.MapHtml($"/{name}", await File.ReadAllTextAsync(Path.Join(Here, "pages", $"{name}.html")));

        var page = await RenderedAsync(site.UriOf($"/{name}"));
        var result = ResultOf(page, site);

        var file = Path.Join(Here, "results", $"{name}.json");
        if (Environment.GetEnvironmentVariable("BROWSERFARM_WRITE_GOLDEN") is { Length: > 0 } folder)
        {
            await File.WriteAllTextAsync(file, result.ToJsonString(Written) + "\n");
            await File.WriteAllBytesAsync(Path.Join(folder, $"{name}.png"), page.Files[PageFormat.Png]);
        }

        var golden = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        Differences("", golden, result).Take(5).Should().BeEmpty("a result is as it was; if it is meant to change, write it anew (see this class)");
        Differences("", ResultOf(page with { About = null }, site), result).Take(5).Should().BeEmpty("metadata is the same, from the whole page and from the part that is all of it");
    }

    private async Task<RenderedPage> RenderedAsync(Uri address)
    {
        var wish = new PageWish([PageFormat.Json, PageFormat.Png], []) { Capture = new CaptureSpec { Screenshot = new ScreenshotSpec { FullPage = true } } };
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any, CancellationToken.None);
        var outcome = await new BrowserRenderer(new RenderOptions(), TimeProvider.System)
            .RenderAsync(lease, new RenderRequest(CanonicalUrl.Parse(address.AbsoluteUri), wish, TargetTurn.Unlimited), CancellationToken.None);
        return outcome.Should().BeOfType<RenderOutcome.Rendered>($"{(outcome as RenderOutcome.Failed)?.Failure.Reason}").Subject.Page;
    }

    /// <summary>Without what no two runs have in common.</summary>
    private static JsonObject ResultOf(RenderedPage page, TestSite site)
    {
        var job = new Job(Id: 1, "golden", CanonicalUrl.Parse(page.FinalUrl.AbsoluteUri), Depth: 0, Attempts: 1, Holds: 0, Refunds: 0);
        var document = PageExtractor.Extract(page, job, new PageWish([PageFormat.Json], []), out _);
        var text = JsonSerializer.Serialize(document, JobsJson.Readable.PageDocument).Replace(site.BaseUri.AbsoluteUri, Host, StringComparison.Ordinal);
        var result = JsonNode.Parse(text)!.AsObject();
        result.Remove("fetchedAt");
        result.Remove("timingsMs");
        return result;
    }

    /// <summary>Where two results differ, and how.</summary>
    private static IEnumerable<string> Differences(string path, JsonNode? golden, JsonNode? found) => (golden, found) switch
    {
        (JsonObject was, JsonObject now) => was.Select(member => member.Key).Union(now.Select(member => member.Key), StringComparer.Ordinal)
            .SelectMany(key => Differences($"{path}.{key}", was[key], now[key])),
        (JsonArray was, JsonArray now) when was.Count == now.Count => was.Zip(now).SelectMany((pair, index) => Differences($"{path}[{index}]", pair.First, pair.Second)),
        _ when JsonNode.DeepEquals(golden, found) => [],
        _ => [$"{path}: was {golden?.ToJsonString() ?? "absent"}, is {found?.ToJsonString() ?? "absent"}"],
    };
}
