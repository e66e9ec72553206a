using ContextPool.Browsers;
using ContextPool.Memory;

namespace ContextPool.Tests.Browsers;

public sealed class HelperProcessesTests
{
    private const int None = 0;

    private readonly HelperProcesses _helpers = new();

    [Fact]
    public void Look_SameHelpers_NobodyDied()
    {
        Look(gpu: 1, network: 2).Should().Be((false, false), "it is the first look");
        Look(gpu: 1, network: 2).Should().Be((false, false));
    }

    [Fact]
    public void Look_HelpersAppearLater_NobodyDied()
    {
        Look(None, None).Should().Be((false, false));
        Look(gpu: 1, None).Should().Be((false, false));
        Look(gpu: 1, network: 2).Should().Be((false, false));
    }

    [Fact]
    public void Look_OneReplaced_ThatOneDiedOnce()
    {
        Look(gpu: 1, network: 2);

        Look(gpu: 3, network: 2).Should().Be((true, false));
        Look(gpu: 3, network: 2).Should().Be((false, false));
        Look(gpu: 3, network: 4).Should().Be((false, true));
        Look(gpu: 5, network: 6).Should().Be((true, true));
    }

    [Fact]
    public void Look_GoneAndBackLater_DiedOnce()
    {
        Look(gpu: 1, network: 2);

        Look(None, None).Should().Be((true, true));
        Look(None, None).Should().Be((false, false));
        Look(gpu: 3, network: 4).Should().Be((false, false), "its death was told when it was missing");
        Look(gpu: 5, network: 4).Should().Be((true, false));
    }

    [Fact]
    public void Look_SameIdStartedLater_Died()
    {
        _helpers.Look([new(new(9, 1), BrowserProcessKind.Browser, 0), new(new(5, 100), BrowserProcessKind.NetworkService, 0)]);

        _helpers.Look([new(new(9, 1), BrowserProcessKind.Browser, 0), new(new(5, 200), BrowserProcessKind.NetworkService, 0)])
            .Should().Be((false, true));
    }

    [Fact]
    public void Look_BrowserItselfGone_LostNoHelper()
    {
        Look(gpu: 1, network: 2);

        _helpers.Look([]).Should().Be((false, false));
        _helpers.Look([new(new(8, 1), BrowserProcessKind.Driver, 0)]).Should().Be((false, false));
        Look(gpu: 1, network: 2).Should().Be((false, false), "it was only not seen");
    }

    private (bool Gpu, bool Network) Look(int gpu, int network)
    {
        List<BrowserProcess> tree = [new(new(8, 1), BrowserProcessKind.Driver, 0), new(new(9, 1), BrowserProcessKind.Browser, 0), new(new(10, 1), BrowserProcessKind.Renderer, 0)];
        if (gpu != None)
            tree.Add(new(new(gpu, 1), BrowserProcessKind.Gpu, 0));
        if (network != None)
            tree.Add(new(new(network, 1), BrowserProcessKind.NetworkService, 0));
        return _helpers.Look(tree);
    }
}
