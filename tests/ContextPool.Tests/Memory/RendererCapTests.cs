using ContextPool.Browsers;
using ContextPool.Memory;

namespace ContextPool.Tests.Memory;

public sealed class RendererCapTests
{
    [Fact]
    public void Over_MixedTree_FindsOnlyRenderersAboveTheCap()
    {
        var tree = new[]
        {
            Process(1, BrowserProcessKind.Driver, 5000),
            Process(2, BrowserProcessKind.Browser, 5000),
            Process(3, BrowserProcessKind.Gpu, 5000),
            Process(4, BrowserProcessKind.Renderer, 1001),
            Process(5, BrowserProcessKind.Renderer, 1000),
            Process(6, BrowserProcessKind.Renderer, 9000),
        };

        RendererCap.Over(tree, maxTabBytes: 1000).Select(process => process.Id.Pid).Should().Equal(4, 6);
        RendererCap.Over([], maxTabBytes: 1000).Should().BeEmpty();
    }

    private static BrowserProcess Process(int pid, BrowserProcessKind kind, long bytes) => new(new ProcessIdentity(pid, 1), kind, bytes);
}
