using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>The chaos in its short form: a crawl that is killed, and one that is stopped, lose and double nothing.</summary>
[Collection(nameof(ChaosTests))]
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
public sealed class ChaosTests
{
    private const string Bench = "bench/BrowserFarm.Benchmarks/bin/Release/net10.0/BrowserFarm.Benchmarks.dll";

    [Theory]
    [InlineData("--rounds", "3", "--pages", "60")]
    [InlineData("--stop", "--rounds", "1", "--pages", "60")]
    public async Task Crawl_KilledOrStoppedAtRandomMoments_LosesAndDoublesNothing(params string[] arguments)
    {
        await using var chaos = FarmProcess.StartWith("dotnet", Path.GetTempPath(), [Path.Join(RepositoryRoot.Path, Bench), "chaos", .. arguments]);

        var run = await chaos.EndAsync(Bounds.Long);

        run.ExitCode.Should().Be(0, $"{run.Output}\n{run.Errors}");
        run.Output.Should().Contain("| Pages lost | 0 |").And.Contain("| Results that are duplicates | 0 |").And.Contain("| Broken invariants | 0 |");
    }
}
