using ContextPool;
using ContextPool.Browsers;
using ContextPool.Leasing;
using TestKit;

namespace BrowserFarm.IntegrationTests.Pool;

/// <summary>Real drivers, begun before anybody asks for a browser.</summary>
public sealed class EarlyDriverTests : IDisposable
{
    private readonly TempFolder _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task LeaseAsync_DriverBegunBefore_IsThatOfTheFirstBrowserOnly()
    {
        await using var early = Begin();
        var options = PoolUnderTest.Impatient(contexts: 2, options => options.WorkFolder = _work.Path);
        await using var pool = new BrowserContextPool(options, early: early);

        await using var shared = await pool.LeaseAsync(LeaseRequest.Any);
        await using var alone = await pool.LeaseAsync(new LeaseRequest("alone") { Alone = true });

        await shared.ShouldWorkAsync();
        await alone.ShouldWorkAsync();
        pool.Snapshot().Cells.Select(cell => cell.DriverPid).Should().OnlyHaveUniqueItems().And.HaveCount(2);
        Directory.GetDirectories(_work.Path, "cell-*").Should().HaveCount(2, "one driver was begun for nobody in particular, and is the first one's");
        (await early.TakeAsync(_work.Path, CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task DisposeAsync_NobodyWantedIt_LeavesNoProcessAndNoFolder()
    {
        var early = Begin();
        await Eventually.HoldsAsync(() => Drivers().Count == 1, Bounds.Long, "it starts");

        await early.DisposeAsync().AsTask().WaitAsync(Bounds.Medium);

        await Eventually.HoldsAsync(() => Drivers().Count == 0 && Directory.GetDirectories(_work.Path, "cell-*").Length == 0, Bounds.Medium, "nothing of it is left");
    }

    [Fact]
    public async Task EndAsync_OfADriver_LeavesItsScriptsCompiledForTheNext()
    {
        var driver = await PlaywrightDriver.StartAsync(_work.Path, CancellationToken.None);

        await driver.EndAsync(TimeProvider.System);
        driver.Kill();

        Directory.GetFiles(Path.Join(_work.Path, DriverEnvironment.CompiledFolder), "*", SearchOption.AllDirectories).Should().NotBeEmpty();
    }

    private EarlyDriver Begin() => new(_work.Path, TimeProvider.System, PlaywrightDriver.StartAsync);

    /// <summary>Whoever was started with a temp folder below this test's own.</summary>
    private IReadOnlyList<int> Drivers() =>
        [.. ProcessTable.Read().Where(process => ProcessTable.EnvironmentOf(process.Pid).Contains(_work.Path, StringComparison.Ordinal)).Select(process => process.Pid)];
}
