using TestKit;

namespace BrowserFarm.IntegrationTests.TestKitTests;

public sealed class NpmPackageTests
{
    [Fact]
    public async Task FetchAsync_SeveralAtOnce_AllGetTheSameWholePackage()
    {
        using var deadline = new CancellationTokenSource(Bounds.Long);

        var folders = await Task.WhenAll(Enumerable.Range(0, 3)
            .Select(_ => NpmPackage.FetchAsync("@scalar/galaxy", "0.6.12", deadline.Token)));

        folders.Distinct().Should().ContainSingle();
        File.Exists(Path.Combine(folders[0], "package.json")).Should().BeTrue();
        File.Exists(Path.Combine(folders[0], "dist", "3.1.json")).Should().BeTrue();
    }

    [Fact]
    public async Task FetchAsync_NoSuchVersion_SaysWhichCommandFailed()
    {
        using var deadline = new CancellationTokenSource(Bounds.Long);

        var fetch = () => NpmPackage.FetchAsync("redoc", "0.0.0-nothing", deadline.Token);

        await fetch.Should().ThrowAsync<InvalidOperationException>().WithMessage("*npm pack redoc@0.0.0-nothing*");
    }
}
