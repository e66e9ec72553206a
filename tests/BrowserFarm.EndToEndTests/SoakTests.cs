using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>The soak in its short form: hostile pages among ordinary ones, and nothing lost.</summary>
[Collection(nameof(SoakTests))]
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakTests
{
    [Fact]
    public async Task Pool_ThreeHundredLeasesAmongHostilePages_LosesNoPlaceAndLeavesNoProcess()
    {
        await using var soak = FarmProcess.StartWith(
            "dotnet", Path.GetTempPath(),
            [Path.Join(RepositoryRoot.Path, "bench/BrowserFarm.Benchmarks/bin/Release/net10.0/BrowserFarm.Benchmarks.dll"), "soak", "--leases", "300", "--fast"]);

        var run = await soak.EndAsync(TimeSpan.FromMinutes(15));

        run.ExitCode.Should().Be(0, $"{run.Output}\n{run.Errors}");
        run.Output.Should().Contain("| Places lost (still in use after 30 s) | 0 |").And.Contain("| Processes left after closing the pool | 0 |");
    }
}
