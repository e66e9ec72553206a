using System.Reflection;
using ContextPool.Browsers;
using Microsoft.Playwright;
using TestKit;

namespace ContextPool.Tests.Browsers;

/// <summary>With processes of ours for drivers.</summary>
public sealed class EarlyDriverTests : IDisposable
{
    private readonly TempFolder _work = new();
    private readonly SleepingProcesses _processes = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose()
    {
        _processes.Dispose();
        _work.Dispose();
    }

    [Fact]
    public async Task TakeAsync_FirstTime_HandsOutTheDriverAndThenNobody()
    {
        var begun = Driver();
        await using var early = Early(begun);

        (await early.TakeAsync(_work.Path, CancellationToken.None)).Should().BeSameAs(begun);
        (await early.TakeAsync(_work.Path, CancellationToken.None)).Should().BeNull("a driver has one browser");
    }

    [Fact]
    public async Task TakeAsync_StillStarting_WaitsForIt()
    {
        var start = new TaskCompletionSource<PlaywrightDriver>();
        await using var early = new EarlyDriver(_work.Path, _time, (_, _) => start.Task);
        var taking = early.TakeAsync(_work.Path, CancellationToken.None);
        taking.IsCompleted.Should().BeFalse();

        var begun = Driver();
        start.SetResult(begun);

        (await taking.WaitAsync(Bounds.Short)).Should().BeSameAs(begun);
    }

    [Fact]
    public async Task TakeAsync_ForAnotherWorkFolder_IsNullAndItIsStillToBeHad()
    {
        var begun = Driver();
        await using var early = Early(begun);

        (await early.TakeAsync(_work.Combine("other"), CancellationToken.None)).Should().BeNull();
        (await early.TakeAsync(_work.Path, CancellationToken.None)).Should().BeSameAs(begun);
    }

    [Fact]
    public async Task TakeAsync_ItDidNotStart_IsNull()
    {
        await using var early = new EarlyDriver(_work.Path, _time, (_, _) => Task.FromException<PlaywrightDriver>(new IOException("no room")));

        (await early.TakeAsync(_work.Path, CancellationToken.None)).Should().BeNull("the launch that starts one itself tells what is wrong");
    }

    [Fact]
    public async Task TakeAsync_ItDiedMeanwhile_IsNullAndNothingIsLeft()
    {
        var begun = Driver();
        await using var early = Early(begun);
        begun.Process!.Value.Kill();
        await Eventually.HoldsAsync(() => !begun.Process.Value.IsAlive, Bounds.Short, "it is dead");

        (await early.TakeAsync(_work.Path, CancellationToken.None)).Should().BeNull();
        Directory.Exists(begun.Folder.Path).Should().BeFalse();
    }

    [Fact]
    public async Task TakeAsync_CalledOff_BreaksTheStartOff()
    {
        using var stop = new CancellationTokenSource();
        await using var early = new EarlyDriver(_work.Path, _time, NeverAsync);
        var taking = early.TakeAsync(_work.Path, stop.Token);

        await stop.CancelAsync();

        await FluentActions.Awaiting(() => taking.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task DisposeAsync_NobodyTookIt_LeavesNeitherProcessNorFolder()
    {
        var begun = Driver();
        var early = Early(begun);

        await early.DisposeAsync().AsTask().WaitAsync(Bounds.Short);

        await Eventually.HoldsAsync(() => !begun.Process!.Value.IsAlive, Bounds.Short, "it is ended");
        Directory.Exists(begun.Folder.Path).Should().BeFalse();
        (await early.TakeAsync(_work.Path, CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task DisposeAsync_StillStarting_BreaksTheStartOff()
    {
        var started = new TaskCompletionSource();
        var early = new EarlyDriver(_work.Path, _time, (folder, stop) =>
        {
            started.SetResult();
            return NeverAsync(folder, stop);
        });
        await started.Task.WaitAsync(Bounds.Short);

        await early.DisposeAsync().AsTask().WaitAsync(Bounds.Short);
    }

    [Fact]
    public async Task DisposeAsync_Taken_LeavesItToWhoeverTookIt()
    {
        var begun = Driver();
        var early = Early(begun);
        await early.TakeAsync(_work.Path, CancellationToken.None);

        await early.DisposeAsync();

        begun.Process!.Value.IsAlive.Should().BeTrue();
        Directory.Exists(begun.Folder.Path).Should().BeTrue();
    }

    [Fact]
    public async Task Begun_NobodyTakesItForAWhile_IsEnded()
    {
        var begun = Driver();
        await using var early = Early(begun);

        _time.Advance(EarlyDriver.KeptFor);

        await Eventually.HoldsAsync(() => !begun.Process!.Value.IsAlive && !Directory.Exists(begun.Folder.Path), Bounds.Short, "it does not wait for ever");
    }

    private static async Task<PlaywrightDriver> NeverAsync(string workFolder, CancellationToken stop)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        throw new InvalidOperationException("It never starts.");
    }

    private EarlyDriver Early(PlaywrightDriver driver) => new(_work.Path, _time, (_, _) => Task.FromResult(driver));

    private PlaywrightDriver Driver() => new(DispatchProxy.Create<IPlaywright, Quiet>(), _processes.Start(), CellFolder.Create(_work.Path));

    /// <summary>A driver that is told to end and says nothing.</summary>
    public class Quiet : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
    }
}
