using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>The samples do what they say.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task ProductHandler_Run_TellsHowVisitorsJudgeProducts()
    {
        using var folder = new TempFolder();
        await using var sample = FarmProcess.StartWith(
            "dotnet", folder.Path, [Path.Join(RepositoryRoot.Path, "samples/ProductHandler/bin/Release/net10.0/ProductHandler.dll"), folder.Combine("crawl")]);

        var run = await sample.EndAsync(Bounds.Long);

        run.ExitCode.Should().Be(0, run.Errors);
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCountGreaterThan(5).And.OnlyContain(line => line.Contains(" of 5 from "));
    }
}
