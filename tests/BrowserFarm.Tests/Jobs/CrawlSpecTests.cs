using System.Text.Json;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Jobs;

public sealed class CrawlSpecTests
{
    [Fact]
    public void Deserialize_SpecOfAnEarlierBuild_HasNoSitemapsAndTheUsualTrapLimit()
    {
        const string stored = """
            {"seeds":["https://a.example/"],"include":[],"exclude":[],"maxPages":100,"page":{"formats":["Text"],"fields":[]},"lane":"Normal","priority":0,"order":"Breadth","ignoreRobots":false}
            """;

        var spec = JsonSerializer.Deserialize(stored, JobsJson.Readable.CrawlSpec)!;

        spec.Should().BeEquivalentTo(Some.Spec() with { MaxPages = 100 });
        spec.Sitemaps.Should().BeFalse();
        spec.TrapLimit.Should().BeNull();
    }
}
