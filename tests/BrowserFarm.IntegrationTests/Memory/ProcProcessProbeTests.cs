using ContextPool;
using ContextPool.Browsers;
using ContextPool.Leasing;
using ContextPool.Memory;
using TestKit;

namespace BrowserFarm.IntegrationTests.Memory;

/// <summary>On the processes of a real browser.</summary>
public sealed class ProcProcessProbeTests
{
    [Fact]
    public async Task TreeOf_RealChromium_KnowsEveryProcessForWhatItIs()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<p>small</p>");
        site.MapHtml("/large", "<script>globalThis.kept = Array.from({ length: 96 }, () => new Uint8Array(1 << 20).fill(1));</script>");
        await using var pool = new BrowserContextPool(new ContextPoolOptions { MaxContexts = 2 });
        await using var small = await pool.LeaseAsync(LeaseRequest.Any);
        await using var large = await pool.LeaseAsync(LeaseRequest.Any);
        await (await small.Context.NewPageAsync()).GotoAsync(site.BaseUri.AbsoluteUri);
        await (await large.Context.NewPageAsync()).GotoAsync(site.UriOf("/large").AbsoluteUri);
        var browser = pool.Snapshot().Cells.Single().BrowserPid!.Value;

        foreach (var probe in new[] { new ProcProcessProbe(), new ProcProcessProbe(hasChildrenFiles: false) })
        {
            var tree = probe.TreeOf(DriverOf(browser));

            tree.Count(process => process.Kind == BrowserProcessKind.Driver).Should().Be(1);
            tree.Where(process => process.Kind == BrowserProcessKind.Browser).Should().ContainSingle()
                .Which.Id.Pid.Should().Be(browser);
            tree.Should().ContainSingle(process => process.Kind == BrowserProcessKind.NetworkService);
            tree.Should().Contain(process => process.Kind == BrowserProcessKind.Zygote);

            var renderers = tree.Where(process => process.Kind == BrowserProcessKind.Renderer).OrderByDescending(process => process.PrivateBytes).ToList();
            renderers.Should().HaveCountGreaterThanOrEqualTo(2);
            renderers[0].PrivateBytes.Should().BeInRange(96L << 20, 400L << 20);
            renderers[1].PrivateBytes.Should().BeLessThan(90L << 20, "the other page is small");
            RendererCap.Over(tree, 96L << 20).Should().Equal(renderers[0]);

            var cell = CellMemory.Attribute([.. tree.Select(process => (process.Kind, probe.PssOf(process.Id) ?? 0))], busyTabs: 2, idleTabs: 0);
            cell.TabBytes.Should().HaveCount(2);
            cell.TabBytes[0].Should().BeInRange(96L << 20, 400L << 20);
            cell.BaseBytes.Should().BeInRange(50L << 20, 800L << 20);
        }
    }

    private static ProcessIdentity DriverOf(int browser)
    {
        var parent = ProcessTable.Find(ProcessTable.Find(browser)!.ParentPid)!;
        var driver = parent.CommandLine.Contains("run-driver", StringComparison.Ordinal) ? parent.Pid : parent.ParentPid;
        return ProcessIdentity.Of(driver)!.Value;
    }
}
