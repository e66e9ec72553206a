using ContextPool.Memory;

namespace ContextPool.Tests.Memory;

public sealed class MemoryBudgetTests
{
    private const long Megabyte = 1L << 20;

    private static readonly ContextPoolOptions Twelve = new() { MaxContextsPerCell = 12 };

    /// <summary>With the defaults, but 12 tabs in a cell: tab 150 MB, cell 350 MB, reserve max(256 MB, a tenth) and one tab.</summary>
    [Theory]
    [InlineData(10_240, 10_240, 0, 0, 48)]   // 9066 MB to spend: four full cells of 2150, and 466 that are no tab after a fifth cell's base
    [InlineData(4096, 4096, 0, 0, 18)]
    [InlineData(1000, 1000, 0, 0, 1)]
    [InlineData(800, 800, 0, 0, 0)]          // a browser and no tab is of no use
    [InlineData(4096, 0, 0, 0, 0)]
    [InlineData(4096, 0, 5, 1, 5)]           // what is open has its memory already
    [InlineData(4096, 559, 5, 1, 5)]
    [InlineData(4096, 1000, 2, 1, 4)]        // room in a running cell costs no base
    [InlineData(4096, 1100, 12, 1, 13)]
    [InlineData(4096, 1000, 12, 1, 12)]      // a full cell: the next tab needs a base that is not there
    [InlineData(4096, 1210, 11, 1, 13)]      // the last place of one cell, the first of the next
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(0, 100_000, 0, 0, 554)]      // a limit of zero reserves the least reserve
    public void Decide_BoundByMemory_CountsWhatFits(long limit, long available, int settled, int cells, int expected)
    {
        var capacity = MemoryBudget.Decide(
            Facts(new MemorySample(limit * Megabyte, available * Megabyte, MemorySource.Host), settled, cells, cores: 100_000, Twelve), Twelve);

        capacity.Should().Be(new PoolCapacity(expected, CapacityBound.Memory));
    }

    [Theory]
    [InlineData(2, 4, null, 8, CapacityBound.Processor)]
    [InlineData(2, 4, 8, 8, CapacityBound.Processor)]
    [InlineData(2, 4, 7, 7, CapacityBound.Configured)]
    [InlineData(2, 4, 1000, 8, CapacityBound.Processor)]
    [InlineData(int.MaxValue, 64, null, int.MaxValue, CapacityBound.Memory)]
    public void Decide_EndlessMemory_IsBoundByTheOthers(int cores, int perCore, int? configured, int expected, CapacityBound bound)
    {
        var options = new ContextPoolOptions { MaxContextsPerCore = perCore, MaxContexts = configured };

        var capacity = MemoryBudget.Decide(Facts(new MemorySample(long.MaxValue, long.MaxValue, MemorySource.Host), 0, 0, cores, options), options);

        capacity.Should().Be(new PoolCapacity(expected, bound));
    }

    [Fact]
    public void Decide_CellsWithoutBase_CountsTabsAlone()
    {
        var options = new ContextPoolOptions { CellBaseBytes = 0, MinReserveBytes = 0, ReserveRatio = 0, TabBytes = 100 * Megabyte };

        var capacity = MemoryBudget.Decide(
            Facts(new MemorySample(1000 * Megabyte, 1000 * Megabyte, MemorySource.Host), 0, 0, 100, options), options);

        capacity.Contexts.Should().Be(9, "one tab's worth is always kept");
    }

    [Fact]
    public void Decide_MeasuredCosts_CountBeforeTheConfiguredOnes()
    {
        var options = new ContextPoolOptions { MinReserveBytes = 0, ReserveRatio = 0, TabBytes = 150 * Megabyte, CellBaseBytes = 350 * Megabyte };
        var memory = new MemorySample(1000 * Megabyte, 1000 * Megabyte, MemorySource.Host);

        var capacity = MemoryBudget.Decide(new CapacityFacts(memory, 0, 0, 100, TabBytes: 50 * Megabyte, CellBaseBytes: 450 * Megabyte), options);

        capacity.Contexts.Should().Be(10, "one tab's worth is kept, and 950 MB are a browser and ten tabs");
    }

    [Theory]
    [InlineData(600, 0, 1, 1)]   // a small container after many giants: one goes, is measured, and the estimate may fall
    [InlineData(550, 0, 1, 0)]   // less than the reserve and two tabs as they were expected
    [InlineData(950, 0, 0, 1)]   // the same with a browser to start
    [InlineData(900, 0, 0, 0)]
    [InlineData(600, 3, 1, 3)]   // something is open, and is measured: nothing more
    public void Decide_EstimateRaisedByGiants_StillAdmitsOneToAnEmptyPool(long available, int settled, int cells, int expected)
    {
        var memory = new MemorySample(1200 * Megabyte, available * Megabyte, MemorySource.CgroupV1);

        var capacity = MemoryBudget.Decide(new CapacityFacts(memory, settled, cells, 100, TabBytes: 600 * Megabyte, CellBaseBytes: 500 * Megabyte), Twelve);

        capacity.Should().Be(new PoolCapacity(expected, CapacityBound.Memory));
    }

    [Fact]
    public void Decide_AnyFacts_SpendsNoMoreThanThereIsAndMoreMemoryNeverMeansFewer()
    {
        var dice = new Random(1);
        var options = new ContextPoolOptions();
        for (var i = 0; i < 5000; i++)
        {
            var limit = dice.NextInt64(0, 64_000) * Megabyte;
            var available = dice.NextInt64(0, 64_000) * Megabyte;
            var cells = dice.Next(0, 6);
            var settled = dice.Next(0, (cells * options.MaxContextsPerCell) + 1);
            int Contexts(long bytes) => MemoryBudget.Decide(
                Facts(new MemorySample(limit, bytes, MemorySource.Host), settled, cells, 100_000, options), options).Contexts;

            var contexts = Contexts(available);

            var reserve = Math.Max(options.MinReserveBytes, (long)(limit * options.ReserveRatio)) + options.TabBytes;
            var fresh = contexts - settled;
            var newCells = Math.Max(0, Math.Ceiling(contexts / (double)options.MaxContextsPerCell) - cells);
            ((fresh * options.TabBytes) + (newCells * options.CellBaseBytes)).Should().BeLessThanOrEqualTo(Math.Max(0, available - reserve));
            contexts.Should().BeGreaterThanOrEqualTo(settled);
            Contexts(available + (100 * Megabyte)).Should().BeGreaterThanOrEqualTo(contexts);
        }
    }

    /// <summary>With the costs that are expected as long as nothing was measured.</summary>
    private static CapacityFacts Facts(MemorySample memory, int settled, int cells, int cores, ContextPoolOptions options) =>
        new(memory, settled, cells, cores, options.TabBytes, options.CellBaseBytes);
}
