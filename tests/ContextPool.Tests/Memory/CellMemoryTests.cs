using ContextPool.Memory;
using FsCheck.Fluent;
using TestKit;

namespace ContextPool.Tests.Memory;

public sealed class CellMemoryTests
{
    /// <summary>Browser 100, driver 50, and these renderers.</summary>
    [Theory]
    [InlineData(new long[] { }, 0, 0, new long[] { }, 150, 0)]
    [InlineData(new long[] { }, 3, 0, new long[] { }, 150, 0)]                      // no renderer has started yet
    [InlineData(new long[] { 40 }, 1, 0, new long[] { 40 }, 150, 40)]
    [InlineData(new long[] { 10, 80, 40 }, 2, 1, new long[] { 80, 40 }, 160, 80)]   // the smallest is the idle tab's
    [InlineData(new long[] { 10, 80, 40 }, 0, 3, new long[] { }, 280, 80)]
    [InlineData(new long[] { 10, 80, 40 }, 0, 0, new long[] { }, 280, 80)]          // nobody to charge
    [InlineData(new long[] { 80, 40, 20, 10 }, 2, 0, new long[] { 95, 55 }, 150, 80)]   // frames of other sites
    [InlineData(new long[] { 80, 40, 20, 10 }, 2, 1, new long[] { 90, 50 }, 160, 80)]
    [InlineData(new long[] { 80, 40, 20, 10 }, 2, 5, new long[] { 80, 40 }, 180, 80)]
    [InlineData(new long[] { 80, 40, 11 }, 2, 0, new long[] { 85, 45 }, 151, 80)]   // what does not divide stays in the base
    [InlineData(new long[] { 80 }, 3, 2, new long[] { 80 }, 150, 80)]               // tabs that share a renderer
    [InlineData(new long[] { 80 }, -1, -1, new long[] { }, 230, 80)]
    public void Attribute_Renderers_AreChargedToTabs(long[] renderers, int busy, int idle, long[] tabs, long baseBytes, long largest)
    {
        var cell = CellMemory.Attribute(
            [(BrowserProcessKind.Driver, 50), .. renderers.Select(bytes => (BrowserProcessKind.Renderer, bytes)), (BrowserProcessKind.Browser, 100)], busy, idle);

        cell.TabBytes.Should().Equal(tabs);
        cell.BaseBytes.Should().Be(baseBytes);
        cell.LargestRendererBytes.Should().Be(largest);
        cell.TotalBytes.Should().Be(150 + renderers.Sum());
    }

    [Fact]
    public void Attribute_AnyOtherKind_IsBase()
    {
        var others = Enum.GetValues<BrowserProcessKind>().Where(kind => kind != BrowserProcessKind.Renderer).Select(kind => (kind, 7L)).ToList();

        var cell = CellMemory.Attribute(others, busyTabs: 3, idleTabs: 0);

        cell.BaseBytes.Should().Be(7 * others.Count);
        cell.TabBytes.Should().BeEmpty();
    }

    [Fact]
    public void Attribute_AnyProcesses_AddsUpAndChargesEachTabAtMostOnce() => ForAll.Values(
        from count in Gen.Choose(0, 30)
        from sizes in Gen.Choose(0, 100_000).ArrayOf(count)
        from kinds in Gen.Elements(Enum.GetValues<BrowserProcessKind>()).ArrayOf(count)
        from busy in Gen.Choose(0, 15)
        from idle in Gen.Choose(0, 15)
        select (Processes: kinds.Zip(sizes, (kind, bytes) => (kind, (long)bytes)).ToList(), Busy: busy, Idle: idle),
        it =>
        {
            var cell = CellMemory.Attribute(it.Processes, it.Busy, it.Idle);

            (cell.BaseBytes + cell.TabBytes.Sum()).Should().Be(cell.TotalBytes);
            cell.BaseBytes.Should().BeGreaterThanOrEqualTo(it.Processes.Where(process => process.kind != BrowserProcessKind.Renderer).Sum(process => process.Item2));
            cell.TabBytes.Should().HaveCountLessThanOrEqualTo(it.Busy).And.BeInDescendingOrder();
        });
}
