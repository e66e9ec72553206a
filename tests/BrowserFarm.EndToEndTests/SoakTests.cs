using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>The soak in its short form: hostile pages among ordinary ones, and nothing lost.</summary>
[Collection(nameof(SoakTests))]
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakTests
{
    private const string Bench = "bench/BrowserFarm.Benchmarks/bin/Release/net10.0/BrowserFarm.Benchmarks.dll";

    /// <summary>What <c>bench/in-cgroup.sh</c> says when it may not make a group.</summary>
    private const int NotPermitted = 77;

    [Fact]
    public async Task Pool_ThreeHundredLeasesAmongHostilePages_LosesNoPlaceAndLeavesNoProcess()
    {
        await using var soak = FarmProcess.StartWith("dotnet", Path.GetTempPath(), [Path.Join(RepositoryRoot.Path, Bench), "soak", "--leases", "300", "--fast"]);

        var run = await soak.EndAsync(TimeSpan.FromMinutes(15));

        run.ExitCode.Should().Be(0, $"{run.Output}\n{run.Errors}");
        run.Output.Should().Contain("| Places lost (still in use after 30 s) | 0 |").And.Contain("| Processes left after closing the pool | 0 |");
    }

    /// <summary>Where no control group can be made (not root, or a hierarchy that is read-only), this says so and tries nothing.</summary>
    [Fact]
    public async Task Pool_InAContainerAmongMemoryBombs_LeavesNothingForTheKernelToKill()
    {
        await using var soak = FarmProcess.StartWith(
            Path.Join(RepositoryRoot.Path, "bench/in-cgroup.sh"), Path.GetTempPath(),
            ["1200", "dotnet", Path.Join(RepositoryRoot.Path, Bench), "soak", "--leases", "60", "--hostile", "40", "--kind", "bombs", "--concurrency", "4", "--fast"]);

        var run = await soak.EndAsync(TimeSpan.FromMinutes(8));

        if (run.ExitCode == NotPermitted)
        {
            run.Errors.Should().Contain("in-cgroup.sh:", "a machine that permits no control group says why");
            return;
        }

        run.ExitCode.Should().Be(0, $"{run.Output}\n{run.Errors}");
        run.Output.Should().Contain("| Kernel OOM kills in our control group | 0 |")
            .And.Contain("| Places lost (still in use after 30 s) | 0 |").And.Contain("| Processes left after closing the pool | 0 |");
    }
}
