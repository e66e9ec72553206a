using System.Collections.Concurrent;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TestKit;

namespace ContextPool.Tests;

public sealed class BrowserContextPoolTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeMemoryProbe _memory = new();
    private readonly FakeBrowserLauncher _launcher = new();
    private readonly List<BrowserContextPool> _pools = [];

    private static CancellationToken Cancellation => CancellationToken.None;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _launcher.WhileClosing = _ => Task.CompletedTask;
        foreach (var pool in _pools)
            await pool.DisposeAsync().AsTask().WaitAsync(Bounds.Short);
    }

    // ------------------------------------------------------------------ lending

    [Fact]
    public async Task LeaseAsync_FreePlace_LendsAnOpenContextAndTakesItBack()
    {
        var pool = CreatePool();

        var lease = await pool.LeaseAsync(new LeaseRequest("job 1"), Cancellation);

        lease.Holder.Should().Be("job 1");
        Fake(lease).IsClosed.Should().BeFalse();
        pool.Snapshot().Should().BeEquivalentTo(new { Leased = 1, Opening = 0, Closing = 0, Waiting = 0, InUse = 1 });
        await lease.DisposeAsync();
        await NothingInUseAsync(pool);
        Fake(lease).IsClosed.Should().BeTrue();
        lease.Lost.IsCancellationRequested.Should().BeFalse();
        lease.Loss.Should().Be(LeaseLoss.None);
    }

    [Fact]
    public async Task LeaseAsync_TwoLeases_AreTwoContexts()
    {
        var pool = CreatePool();

        await using var first = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        await using var second = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);

        first.Context.Should().NotBeSameAs(second.Context);
        second.Id.Should().BeGreaterThan(first.Id);
    }

    [Fact]
    public async Task LeaseAsync_PoolExhausted_ServesWaitersInOrderOfArrival()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        var current = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        var waiting = Enumerable.Range(0, 5).Select(number => pool.LeaseAsync(new LeaseRequest($"{number}"), Cancellation).AsTask()).ToList();
        pool.Snapshot().Waiting.Should().Be(5);

        for (var i = 0; i < waiting.Count; i++)
        {
            waiting.Skip(i).Should().OnlyContain(waiter => !waiter.IsCompleted);
            await current.DisposeAsync();
            current = await waiting[i].WaitAsync(Bounds.Short);
            current.Holder.Should().Be($"{i}");
        }

        _launcher.MostOpenContexts.Should().Be(1);
        await current.DisposeAsync();
    }

    [Fact]
    public async Task LeaseAsync_NewcomerWhileOthersWait_StandsBehindThem()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        var first = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        var second = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
        await first.DisposeAsync();

        var third = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();

        await using var served = await second.WaitAsync(Bounds.Short);
        third.IsCompleted.Should().BeFalse();
        await served.DisposeAsync();
        await (await third.WaitAsync(Bounds.Short)).DisposeAsync();
    }

    // ------------------------------------------------------------------ waiting in vain

    [Fact]
    public async Task LeaseAsync_NoPlaceInTime_ThrowsWithTheFacts()
    {
        _memory.LimitBytes = 16_000L << 20;
        _memory.AvailableBytes = 12_345L << 20;
        var pool = CreatePool(options => options.MaxContexts = 1);
        await using var held = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        var waiting = pool.LeaseAsync(new LeaseRequest("job 4711") { WaitAtMost = TimeSpan.FromSeconds(7) }, Cancellation).AsTask();

        _clock.Advance(TimeSpan.FromSeconds(7));

        var thrown = await waiting.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<LeaseTimeoutException>();
        thrown.Which.Message.Should().ContainAll("job 4711", "7 s", "capacity is 1", "Configured", "1 in use", "12345 MB");
        pool.Snapshot().Waiting.Should().Be(0);
    }

    [Fact]
    public async Task LeaseAsync_OneWaiterGivesUp_TheOthersKeepTheirOrder()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        var held = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        using var cancelled = new CancellationTokenSource();
        var impatient = pool.LeaseAsync(new LeaseRequest("impatient"), cancelled.Token).AsTask();
        var hasty = pool.LeaseAsync(new LeaseRequest("hasty") { WaitAtMost = TimeSpan.FromSeconds(1) }, Cancellation).AsTask();
        var patient = pool.LeaseAsync(new LeaseRequest("patient"), Cancellation).AsTask();

        await cancelled.CancelAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await impatient.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
        await hasty.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<LeaseTimeoutException>();
        await held.DisposeAsync();

        await using var lease = await patient.WaitAsync(Bounds.Short);
        lease.Holder.Should().Be("patient");
    }

    public static TheoryData<TimeSpan, bool> Waits => new()
    {
        { TimeSpan.Zero, false },
        { TimeSpan.FromSeconds(-5), false },
        { Timeout.InfiniteTimeSpan, false },
        { TimeSpan.FromMilliseconds(1), true },
        { TimeSpan.FromDays(40), true },
        { TimeSpan.MaxValue, false },
    };

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task LeaseAsync_BoundsOutOfRange_AreRefusedBeforeAnythingIsTaken(TimeSpan bound, bool isLegal)
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        var held = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        if (isLegal)
        {
            var legal = pool.LeaseAsync(new LeaseRequest("legal") { WaitAtMost = bound, HoldAtMost = bound }, Cancellation).AsTask();
            await held.DisposeAsync();
            await (await legal.WaitAsync(Bounds.Short)).DisposeAsync();
            await NothingInUseAsync(pool);
            return;
        }

        var waits = async () => await pool.LeaseAsync(new LeaseRequest("waits") { WaitAtMost = bound }, Cancellation).AsTask().WaitAsync(Bounds.Short);
        var holds = async () => await pool.LeaseAsync(new LeaseRequest("holds") { HoldAtMost = bound }, Cancellation).AsTask().WaitAsync(Bounds.Short);

        await waits.Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*WaitAtMost*");
        await holds.Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*HoldAtMost*");
        pool.Snapshot().Waiting.Should().Be(0);
        await held.DisposeAsync();
        await NothingInUseAsync(pool);
    }

    // ------------------------------------------------------------------ cancellation

    [Fact]
    public async Task LeaseAsync_CancelledBeforehand_TakesNothing()
    {
        var pool = CreatePool();

        var lease = async () => await pool.LeaseAsync(LeaseRequest.Any, new CancellationToken(canceled: true));

        await lease.Should().ThrowAsync<OperationCanceledException>();
        await NothingInUseAsync(pool);
        _launcher.Launches.Should().Be(0);
    }

    [Fact]
    public async Task LeaseAsync_CancelledWhileLaunching_GivesThePlaceBackAndClosesTheLateContext()
    {
        var launch = new TaskCompletionSource();
        _launcher.WhileLaunching = _ => launch.Task;
        var pool = CreatePool();
        using var cancelled = new CancellationTokenSource();
        var asking = pool.LeaseAsync(LeaseRequest.Any, cancelled.Token).AsTask();
        await Eventually.HoldsAsync(() => _launcher.Launches == 1, Bounds.Short, "the browser is being launched");

        await cancelled.CancelAsync();
        await asking.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
        pool.Snapshot().InUse.Should().Be(1, "the context is still on its way");
        launch.SetResult();

        await NothingInUseAsync(pool);
        _launcher.Browsers.Should().ContainSingle().Which.Contexts.Should().ContainSingle().Which.IsClosed.Should().BeTrue();
    }

    [Fact]
    public async Task LeaseAsync_CancelledWhileOpening_GivesThePlaceBackAndClosesTheLateContext()
    {
        var open = new TaskCompletionSource();
        var opening = new TaskCompletionSource();
        _launcher.WhileOpening = _ => { opening.TrySetResult(); return open.Task; };
        var pool = CreatePool(options => options.MaxContexts = 1);
        using var cancelled = new CancellationTokenSource();
        var asking = pool.LeaseAsync(LeaseRequest.Any, cancelled.Token).AsTask();
        await opening.Task.WaitAsync(Bounds.Short);

        await cancelled.CancelAsync();
        await asking.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
        var next = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
        next.IsCompleted.Should().BeFalse("the place is not free before the late context is closed");
        open.SetResult();

        await using var lease = await next.WaitAsync(Bounds.Short);
        _launcher.MostOpenContexts.Should().Be(1);
        _launcher.Browsers[0].Contexts[0].IsClosed.Should().BeTrue();
    }

    [Fact]
    public async Task LeaseAsync_CancelledAsThePlaceComes_LosesNoPlace()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        for (var round = 0; round < 200; round++)
        {
            var held = await pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask().WaitAsync(Bounds.Short);
            using var cancelled = new CancellationTokenSource();
            var waiting = pool.LeaseAsync(LeaseRequest.Any, cancelled.Token).AsTask();

            await Task.WhenAll(held.DisposeAsync().AsTask(), Task.Run(cancelled.Cancel));

            try
            {
                await (await waiting.WaitAsync(Bounds.Short)).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                // Either end of the race is right, as long as the place is not lost.
            }
        }

        await NothingInUseAsync(pool);
        _launcher.MostOpenContexts.Should().Be(1);
    }

    // ------------------------------------------------------------------ returning

    [Fact]
    public async Task DisposeAsync_LeaseReturnedTwice_CountsOnce()
    {
        var pool = CreatePool(options => options.MaxContexts = 2);
        await using var other = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        var lease = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => lease.DisposeAsync().AsTask())));

        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 1, Bounds.Short, "the place is free again");
        pool.Snapshot().Closing.Should().Be(0);
        pool.Snapshot().Cells.Should().ContainSingle().Which.Contexts.Should().Be(1);
    }

    [Fact]
    public async Task DisposeAsync_ClosingIsSlow_DoesNotWaitButKeepsThePlace()
    {
        var close = new TaskCompletionSource();
        _launcher.WhileClosing = _ => close.Task;
        var pool = CreatePool(options => options.MaxContexts = 1);
        var lease = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);

        await lease.DisposeAsync().AsTask().WaitAsync(Bounds.Short);

        pool.Snapshot().Should().BeEquivalentTo(new { Leased = 0, Closing = 1 });
        var next = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
        next.IsCompleted.Should().BeFalse();
        close.SetResult();
        await (await next.WaitAsync(Bounds.Short)).DisposeAsync();
    }

    [Fact]
    public async Task DisposeAsync_ClosingFails_FreesThePlaceAllTheSame()
    {
        _launcher.WhileClosing = _ => Task.FromException(new InvalidOperationException("no"));
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);

        await lease.DisposeAsync();

        await NothingInUseAsync(pool);
        _launcher.Browsers[0].WasKilled.Should().BeFalse();
    }

    [Fact]
    public async Task DisposeAsync_ClosingHangs_KillsTheCellAndTellsItsOtherHolders()
    {
        var pool = CreatePool(options =>
        {
            options.MaxContexts = 3;
            options.MaxContextsPerCell = 2;
            options.CloseTimeout = TimeSpan.FromSeconds(3);
        });
        var stuck = await pool.LeaseAsync(new LeaseRequest("stuck"), Cancellation);
        var neighbour = await pool.LeaseAsync(new LeaseRequest("neighbour"), Cancellation);
        var elsewhere = await pool.LeaseAsync(new LeaseRequest("elsewhere"), Cancellation);
        _launcher.WhileClosing = context => context == Fake(stuck) ? FakeBrowserLauncher.Hang : Task.CompletedTask;
        var armed = _clock.ArmedTimers;

        await stuck.DisposeAsync();
        await Eventually.HoldsAsync(() => Fake(stuck).IsClosing && _clock.ArmedTimers == armed, Bounds.Short, "the bound on closing runs");
        _clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromMilliseconds(1));
        neighbour.Lost.IsCancellationRequested.Should().BeFalse("the context may still close in time");
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 1, Bounds.Short, "the places of the killed cell are free");
        _launcher.Browsers[0].WasKilled.Should().BeTrue();
        neighbour.Lost.IsCancellationRequested.Should().BeTrue();
        neighbour.Loss.Should().Be(LeaseLoss.BrowserLost);
        stuck.Loss.Should().Be(LeaseLoss.None, "its holder gave it back");
        elsewhere.Loss.Should().Be(LeaseLoss.None);
        pool.Snapshot().Cells.Should().ContainSingle().Which.Contexts.Should().Be(1);
        await using var fresh = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        await neighbour.DisposeAsync();
        await elsewhere.DisposeAsync();
    }

    [Fact]
    public async Task DisposeAsync_ClosingHangs_KillsBeforeAnybodyHearsOfIt()
    {
        var killedWhenTold = new List<bool>();
        var pool = CreatePool(logger: new ListeningLogger(message =>
        {
            if (message.Contains("ended early", StringComparison.Ordinal))
                killedWhenTold.Add(_launcher.Browsers[0].WasKilled);
        }));
        var leases = await LeaseAllAsync(pool, 2);
        _launcher.WhileClosing = context => context == Fake(leases[0]) ? FakeBrowserLauncher.Hang : Task.CompletedTask;

        await leases[0].DisposeAsync();
        await AdvanceUntilAsync(() => leases[1].Lost.IsCancellationRequested, "the neighbour's lease is revoked");

        killedWhenTold.Should().Equal([true], "a place that is free again must not still hold its memory");
        await leases[1].DisposeAsync();
    }

    [Fact]
    public async Task HoldAtMost_Exceeded_RevokesTheLease()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        var greedy = await pool.LeaseAsync(new LeaseRequest("greedy") { HoldAtMost = TimeSpan.FromSeconds(10) }, Cancellation);
        var next = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();

        _clock.Advance(TimeSpan.FromSeconds(9));
        greedy.Lost.IsCancellationRequested.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));

        greedy.Lost.IsCancellationRequested.Should().BeTrue();
        greedy.Loss.Should().Be(LeaseLoss.HeldTooLong);
        await using var lease = await next.WaitAsync(Bounds.Short);
        Fake(greedy).IsClosed.Should().BeTrue();
        await greedy.DisposeAsync();
        pool.Snapshot().InUse.Should().Be(1, "a revoked lease is not taken back a second time");
    }

    [Fact]
    public async Task HoldAtMost_ReturnedInTime_RevokesNothing()
    {
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(new LeaseRequest("good") { HoldAtMost = TimeSpan.FromSeconds(10) }, Cancellation);
        await lease.DisposeAsync();

        _clock.Advance(TimeSpan.FromMinutes(1));

        lease.Lost.IsCancellationRequested.Should().BeFalse();
        _clock.ArmedTimers.Should().Be(4, "only memory, processes, shortage and hearts are watched still");
    }

    [Fact]
    public async Task Lost_CallbackThatThrowsOrBlocks_DoesNotKeepTheContext()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        using var block = new ManualResetEventSlim();
        var greedy = await pool.LeaseAsync(new LeaseRequest("greedy") { HoldAtMost = TimeSpan.FromSeconds(10) }, Cancellation);
        greedy.Lost.Register(() => { block.Wait(); throw new InvalidOperationException("mine"); });

        _clock.Advance(TimeSpan.FromSeconds(10));

        await NothingInUseAsync(pool);
        block.Set();
    }

    // ------------------------------------------------------------------ browsers that die or do not start

    [Fact]
    public async Task Exited_Browser_EndsTheLeasesOfItsOwnCellOnly()
    {
        var pool = CreatePool(options => { options.MaxContexts = 4; options.MaxContextsPerCell = 2; });
        var leases = new List<ContextLease>();
        for (var i = 0; i < 4; i++)
            leases.Add(await pool.LeaseAsync(new LeaseRequest($"{i}"), Cancellation));

        _launcher.Browsers[0].Exit();

        await Eventually.HoldsAsync(() => leases[..2].All(lease => lease.Loss == LeaseLoss.BrowserLost), Bounds.Short, "the dead browser's leases are revoked");
        leases[2..].Should().OnlyContain(lease => lease.Loss == LeaseLoss.None);
        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 2, Bounds.Short, "their places are free");
        pool.Snapshot().Cells.Select(cell => cell.Id).Should().Equal(2);

        await using var fresh = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        _launcher.Launches.Should().Be(3, "a new browser takes the dead one's place");
        foreach (var lease in leases)
            await lease.DisposeAsync();
    }

    [Fact]
    public async Task LeaseAsync_LaunchFails_TellsTheCallerAndTriesAgainForTheNext()
    {
        _launcher.FailNextLaunches(1);
        var pool = CreatePool();

        var first = async () => await pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask().WaitAsync(Bounds.Short);

        await first.Should().ThrowAsync<BrowserLaunchException>().WithMessage("Launch 1 failed*");
        await NothingInUseAsync(pool);
        await using var second = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        _launcher.Launches.Should().Be(2);
    }

    [Fact]
    public async Task LeaseAsync_LaunchFailsForSeveral_TellsEachAndGivesAllPlacesBack()
    {
        var launch = new TaskCompletionSource();
        _launcher.WhileLaunching = _ => launch.Task;
        _launcher.FailNextLaunches(1);
        var pool = CreatePool(options => options.MaxContexts = 3);
        var asking = Enumerable.Range(0, 3).Select(_ => pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask()).ToList();
        await Eventually.HoldsAsync(() => _launcher.Launches == 1, Bounds.Short, "one launch serves all three");

        launch.SetResult();

        foreach (var ask in asking)
            await ask.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<BrowserLaunchException>();
        await NothingInUseAsync(pool);
    }

    [Fact]
    public async Task LeaseAsync_OpeningFails_TellsTheCallerAndKeepsTheBrowser()
    {
        var pool = CreatePool();
        _launcher.WhileOpening = _ => Task.FromException(new InvalidOperationException("locale nonsense"));

        var lease = async () => await pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask().WaitAsync(Bounds.Short);

        await lease.Should().ThrowAsync<BrowserLaunchException>().WithMessage("*locale nonsense*");
        await NothingInUseAsync(pool);
        _launcher.Browsers.Should().ContainSingle().Which.WasKilled.Should().BeFalse();
    }

    [Fact]
    public async Task LeaseAsync_OpeningHangsOnce_KillsThatBrowserAndOpensInAnother()
    {
        var pool = CreatePool(options => options.OpenTimeout = TimeSpan.FromSeconds(15));
        _launcher.WhileOpening = browser => browser.BrowserPid == 1 ? FakeBrowserLauncher.Hang : Task.CompletedTask;

        var asking = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 5, Bounds.Short, "the bound on opening runs");
        _clock.Advance(TimeSpan.FromSeconds(15));

        await using var lease = await asking.WaitAsync(Bounds.Short);
        _launcher.Browsers.Should().HaveCount(2);
        _launcher.Browsers[0].WasKilled.Should().BeTrue();
        pool.Snapshot().InUse.Should().Be(1);
    }

    [Fact]
    public async Task LeaseAsync_NoBrowserEverOpensAContext_GivesUpWithAnError()
    {
        var pool = CreatePool();
        _launcher.WhileOpening = _ => FakeBrowserLauncher.Hang;

        var asking = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
        await AdvanceUntilAsync(() => asking.IsCompleted, "the caller hears of it");

        await asking.Awaiting(task => task).Should().ThrowAsync<BrowserLaunchException>().WithMessage("*OpenTimeout*");
        await NothingInUseAsync(pool);
        _launcher.Launches.Should().BeLessThan(10);
        _launcher.Browsers.Should().OnlyContain(browser => browser.WasKilled);
    }

    [Fact]
    public async Task LeaseAsync_EveryBrowserDiesWhileOpening_GivesUpWithAnError()
    {
        var pool = CreatePool();
        _launcher.WhileOpening = browser => { browser.Exit(); return FakeBrowserLauncher.Hang; };

        var lease = async () => await pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask().WaitAsync(Bounds.Short);

        await lease.Should().ThrowAsync<BrowserLaunchException>();
        await NothingInUseAsync(pool);
        _launcher.Launches.Should().BeLessThan(10);
    }

    [Fact]
    public async Task LeaseAsync_BrowserDiesAsTheContextOpens_LendsOneThatLivesOrSaysItIsLost()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        for (var round = 0; round < 100; round++)
        {
            var asking = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
            var browsers = _launcher.Browsers;
            await Task.WhenAll(Task.Run(() => { if (browsers.Count > 0) browsers[^1].Exit(); }), asking.WaitAsync(Bounds.Short));
            var lease = await asking;
            await Eventually.HoldsAsync(
                () => !Fake(lease).IsClosed || lease.Loss == LeaseLoss.BrowserLost, Bounds.Short, "a lease whose browser is gone is lost");
            await lease.DisposeAsync();
        }

        await NothingInUseAsync(pool);
    }

    // ------------------------------------------------------------------ cells

    [Fact]
    public async Task LeaseAsync_CellFull_StartsAnother()
    {
        var pool = CreatePool(options => { options.MaxContexts = 7; options.MaxContextsPerCell = 3; });

        var leases = await LeaseAllAsync(pool, 7);

        pool.Snapshot().Cells.Select(cell => (cell.Id, cell.Contexts)).Should().Equal((1, 3), (2, 3), (3, 1));
        await ReturnAllAsync(leases);
        await NothingInUseAsync(pool);
        pool.Snapshot().Cells.Should().HaveCount(3, "an idle browser is kept").And.OnlyContain(cell => cell.Contexts == 0);
    }

    [Fact]
    public async Task LeaseAsync_SeveralAtOnceWithoutABrowser_ShareOneLaunch()
    {
        var launch = new TaskCompletionSource();
        _launcher.WhileLaunching = _ => launch.Task;
        var pool = CreatePool(options => options.MaxContexts = 4);
        var asking = Enumerable.Range(0, 4).Select(_ => pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask()).ToList();
        await Eventually.HoldsAsync(() => _launcher.Launches == 1, Bounds.Short, "a browser is being launched");

        launch.SetResult();

        var leases = await Task.WhenAll(asking).WaitAsync(Bounds.Short);
        _launcher.Launches.Should().Be(1);
        pool.Snapshot().Cells.Should().ContainSingle().Which.Contexts.Should().Be(4);
        await ReturnAllAsync(leases);
    }

    [Fact]
    public async Task LeaseAsync_CellServedItsShare_ClosesAfterItsLastLease()
    {
        var pool = CreatePool(options => { options.MaxContextsPerCell = 2; options.MaxContextsServedPerCell = 3; });
        await (await pool.LeaseAsync(LeaseRequest.Any, Cancellation)).DisposeAsync();
        await NothingInUseAsync(pool);
        var second = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);

        var third = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(
            () => pool.Snapshot().Cells.Select(cell => cell.State).SequenceEqual([CellState.Retiring, CellState.Serving]),
            Bounds.Short, "the new browser has started before the old one takes no more");
        await third.DisposeAsync();
        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 1, Bounds.Short, "the third context is closed");
        await using var fourth = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);

        _launcher.Browsers.Should().HaveCount(2, "a retiring cell takes no more");
        _launcher.Browsers[0].WasClosed.Should().BeFalse("somebody still uses it");
        second.Loss.Should().Be(LeaseLoss.None);
        await second.DisposeAsync();
        await Eventually.HoldsAsync(() => _launcher.Browsers[0].WasClosed, Bounds.Short, "the retired browser is closed");
        second.Loss.Should().Be(LeaseLoss.None, "it was returned before its browser closed");
        pool.Snapshot().Cells.Select(cell => cell.Id).Should().Equal(2);
    }

    [Fact]
    public async Task LeaseAsync_RetiredBrowserWillNotClose_KillsIt()
    {
        var pool = CreatePool(options =>
        {
            options.MaxContextsPerCell = 1;
            options.MaxContextsServedPerCell = 1;
            options.CloseTimeout = TimeSpan.FromSeconds(3);
        });
        var lease = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        _launcher.Browsers[0].HangsWhenClosed = true;

        await lease.DisposeAsync();
        await AdvanceUntilAsync(() => _launcher.Browsers[0].WasKilled, "the browser is killed");

        await NothingInUseAsync(pool);
    }

    // ------------------------------------------------------------------ memory

    [Fact]
    public async Task Capacity_MemoryFallsAndRises_Follows()
    {
        const long Megabyte = 1L << 20;
        _memory.LimitBytes = 4096 * Megabyte;
        _memory.AvailableBytes = 3500 * Megabyte;
        var pool = CreatePool(options => options.MaxContexts = 3);
        pool.Snapshot().Capacity.Should().Be(new PoolCapacity(3, CapacityBound.Configured));
        var leases = await LeaseAllAsync(pool, 2);

        _memory.AvailableBytes = 540 * Megabyte;   // less than the reserve, and still short of critical
        _clock.Advance(TimeSpan.FromSeconds(1));
        pool.Snapshot().Capacity.Should().Be(new PoolCapacity(0, CapacityBound.Memory));
        leases.Should().OnlyContain(lease => lease.Loss == LeaseLoss.None);
        var waiting = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
        await leases[0].DisposeAsync();
        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 1, Bounds.Short, "the returned context is closed");
        waiting.IsCompleted.Should().BeFalse("its place is not lent again while memory is short");

        _memory.AvailableBytes = 3500 * Megabyte;
        await AdvanceUntilAsync(() => waiting.IsCompleted, "memory is there again, and the capacity rises step by step");

        await (await waiting).DisposeAsync();
        await leases[1].DisposeAsync();
    }

    [Fact]
    public async Task Capacity_ManyAskAtOnceOnOneReading_StopsAtWhatFits()
    {
        const long Megabyte = 1L << 20;
        _memory.LimitBytes = 2000 * Megabyte;
        _memory.AvailableBytes = 1500 * Megabyte;   // less the reserve of 256 + 150 and a browser of 350: 744 MB, four tabs
        var pool = CreatePool();

        var asking = Enumerable.Range(0, 10).Select(_ => pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask()).ToList();
        await Eventually.HoldsAsync(() => pool.Snapshot().Leased == 4, Bounds.Short, "four are served");

        pool.Snapshot().Should().BeEquivalentTo(new { Leased = 4, Waiting = 6 });
        await pool.DisposeAsync();
        foreach (var ask in asking.Skip(4))
            await ask.Awaiting(task => task).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    [InlineData(typeof(FormatException))]
    public void Capacity_MemoryCannotBeRead_KeepsTheLastOne(Type failure)
    {
        var pool = CreatePool(options => options.MaxContexts = 3);

        _memory.Failure = (Exception)Activator.CreateInstance(failure)!;
        var tick = () => _clock.Advance(TimeSpan.FromSeconds(1));

        tick.Should().NotThrow("an exception in a timer ends the program");
        pool.Snapshot().Capacity.Contexts.Should().Be(3);
    }

    // ------------------------------------------------------------------ the pool's own end

    [Fact]
    public async Task DisposeAsync_PoolWithLeasesOut_RevokesThemAndClosesEverything()
    {
        var pool = CreatePool(options => { options.MaxContexts = 3; options.MaxContextsPerCell = 2; });
        var leases = await LeaseAllAsync(pool, 3);

        await pool.DisposeAsync().AsTask().WaitAsync(Bounds.Short);

        leases.Should().OnlyContain(lease => lease.Loss == LeaseLoss.PoolClosed && lease.Lost.IsCancellationRequested);
        _launcher.OpenContexts.Should().Be(0);
        _launcher.Browsers.Should().OnlyContain(browser => browser.WasClosed);
        await ReturnAllAsync(leases);
        pool.Snapshot().InUse.Should().Be(0);
        _clock.ArmedTimers.Should().Be(0, "nothing of the pool goes on");
    }

    [Fact]
    public async Task DisposeAsync_PoolWithWaiters_RefusesThem()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        await using var held = await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        var waiting = Enumerable.Range(0, 3).Select(_ => pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask()).ToList();

        await pool.DisposeAsync().AsTask().WaitAsync(Bounds.Short);

        foreach (var waiter in waiting)
            await waiter.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<ObjectDisposedException>();
        var late = async () => await pool.LeaseAsync(LeaseRequest.Any, Cancellation);
        await late.Should().ThrowAsync<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DisposeAsync_PoolWhileLaunching_RefusesTheCallerAndLeavesNoBrowser(bool launcherListens)
    {
        var launch = new TaskCompletionSource();
        _launcher.WhileLaunching = token => launcherListens ? launch.Task.WaitAsync(token) : launch.Task;
        var pool = CreatePool();
        var asking = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
        await Eventually.HoldsAsync(() => _launcher.Launches == 1, Bounds.Short, "a browser is being launched");

        var closing = pool.DisposeAsync().AsTask();
        if (!launcherListens)
            launch.SetResult();

        await closing.WaitAsync(Bounds.Short);
        await asking.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<ObjectDisposedException>();
        _launcher.Browsers.Where(browser => !browser.WasClosed && !browser.WasKilled).Should().BeEmpty();
        _launcher.Launches.Should().Be(1);
        await NothingInUseAsync(pool);
    }

    [Fact]
    public async Task DisposeAsync_PoolWhileOpening_RefusesTheCallerAndLeavesNoContext()
    {
        var open = new TaskCompletionSource();
        var opening = new TaskCompletionSource();
        _launcher.WhileOpening = _ => { opening.TrySetResult(); return open.Task; };
        var pool = CreatePool();
        var asking = pool.LeaseAsync(LeaseRequest.Any, Cancellation).AsTask();
        await opening.Task.WaitAsync(Bounds.Short);

        await pool.DisposeAsync().AsTask().WaitAsync(Bounds.Short);
        open.SetResult();

        await asking.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<ObjectDisposedException>();
        await NothingInUseAsync(pool);
        _launcher.OpenContexts.Should().Be(0);
        _launcher.Launches.Should().Be(1);
    }

    [Fact]
    public async Task DisposeAsync_PoolWhoseBrowsersHang_KillsThem()
    {
        var pool = CreatePool(options => { options.MaxContexts = 2; options.MaxContextsPerCell = 1; });
        await LeaseAllAsync(pool, 2);
        _launcher.WhileClosing = _ => FakeBrowserLauncher.Hang;
        foreach (var browser in _launcher.Browsers)
            browser.HangsWhenClosed = true;

        var closing = pool.DisposeAsync().AsTask();
        await AdvanceUntilAsync(() => closing.IsCompleted, "the pool closes");

        await closing;
        _launcher.Browsers.Should().OnlyContain(browser => browser.WasKilled);
    }

    [Fact]
    public async Task DisposeAsync_PoolTwice_IsHarmless()
    {
        var pool = CreatePool();
        await (await pool.LeaseAsync(LeaseRequest.Any, Cancellation)).DisposeAsync();

        await Task.WhenAll(pool.DisposeAsync().AsTask(), pool.DisposeAsync().AsTask()).WaitAsync(Bounds.Short);
        await pool.DisposeAsync();
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_ListsThemAll()
    {
        var create = () => CreatePool(options => { options.MaxContexts = 0; options.MaxContextsPerCell = -1; });

        create.Should().Throw<OptionsValidationException>().Which.Message.Should().ContainAll("MaxContexts", "MaxContextsPerCell");
    }

    // ------------------------------------------------------------------ everything at once

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Stress_RandomOutcomes_NeverMoreContextsThanPlacesAndNoneLost(int seed)
    {
        const int Places = 7;
        var pool = CreatePool(
            options =>
            {
                options.MaxContexts = Places;
                options.MaxContextsPerCell = 3;
                options.MaxContextsServedPerCell = 10;
                options.OpenTimeout = TimeSpan.FromSeconds(1);
                options.CloseTimeout = TimeSpan.FromSeconds(0.1);
            },
            TimeProvider.System);
        var dice = new Dice(seed);
        _launcher.WhileLaunching = _ => dice.Next(20) == 0 ? Task.FromException(new BrowserLaunchException("bad luck")) : dice.PauseAsync();
        _launcher.WhileOpening = browser =>
        {
            if (dice.Next(40) == 0)
                browser.Exit();
            return dice.Next(40) == 0 ? Task.FromException(new InvalidOperationException("bad luck")) : dice.PauseAsync();
        };
        _launcher.WhileClosing = _ => dice.Next(30) == 0 ? FakeBrowserLauncher.Hang : dice.PauseAsync();
        var ends = new ConcurrentBag<string>();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(() => UseAsync($"{number}")))).WaitAsync(Bounds.Medium);

        await NothingInUseAsync(pool);
        ends.Should().HaveCount(200);
        ends.Count(end => end == "served").Should().BeGreaterThan(100);
        _launcher.MostOpenContexts.Should().BeInRange(2, Places);
        pool.Snapshot().Cells.Where(cell => cell.Contexts != 0).Should().BeEmpty();
        _launcher.WhileClosing = _ => Task.CompletedTask;
        await pool.DisposeAsync();
        _launcher.OpenContexts.Should().Be(0);
        _launcher.Browsers.Should().OnlyContain(browser => browser.WasClosed || browser.WasKilled);

        async Task UseAsync(string holder)
        {
            using var cancelled = new CancellationTokenSource();
            if (dice.Next(5) == 0)
                cancelled.CancelAfter(TimeSpan.FromMilliseconds(dice.Next(40)));
            try
            {
                await using var lease = await pool.LeaseAsync(
                    new LeaseRequest(holder) { HoldAtMost = TimeSpan.FromMilliseconds(dice.Next(10) == 0 ? 1 : 10_000) }, cancelled.Token);
                await dice.PauseAsync();
                if (dice.Next(30) == 0)
                    _launcher.Browsers[^1].Exit();
                ends.Add("served");
            }
            catch (Exception exception) when (exception is OperationCanceledException or BrowserLaunchException)
            {
                ends.Add(exception.GetType().Name);
            }
        }
    }

    private BrowserContextPool CreatePool(
        Action<ContextPoolOptions>? configure = null, TimeProvider? time = null, ILogger<BrowserContextPool>? logger = null)
    {
        var options = new ContextPoolOptions { MaxContextsPerCore = 64, BlankContexts = 0 };
        configure?.Invoke(options);
        var pool = new BrowserContextPool(options, _launcher, _memory, time ?? _clock, logger ?? NullLogger<BrowserContextPool>.Instance);
        _pools.Add(pool);
        return pool;
    }

    private FakeContext Fake(ContextLease lease) =>
        _launcher.Browsers.SelectMany(browser => browser.Contexts).Single(context => ReferenceEquals(context.Context, lease.Context));

    private static async Task<List<ContextLease>> LeaseAllAsync(BrowserContextPool pool, int count)
    {
        var leases = new List<ContextLease>();
        for (var i = 0; i < count; i++)
            leases.Add(await pool.LeaseAsync(new LeaseRequest($"{i}"), Cancellation).AsTask().WaitAsync(Bounds.Short));
        return leases;
    }

    private static async Task ReturnAllAsync(IEnumerable<ContextLease> leases)
    {
        foreach (var lease in leases)
            await lease.DisposeAsync();
    }

    private static Task NothingInUseAsync(BrowserContextPool pool) =>
        Eventually.HoldsAsync(() => pool.Snapshot() is { InUse: 0, Waiting: 0 }, Bounds.Short, "every place is free again");

    /// <summary>Lets time pass, a second at a time, for code whose waits begin one after the other.</summary>
    private Task AdvanceUntilAsync(Func<bool> condition, string because) => Eventually.HoldsAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return condition();
        },
        Bounds.Short,
        because);

    /// <summary>Hands on every message while it is being written.</summary>
    private sealed class ListeningLogger(Action<string> listen) : ILogger<BrowserContextPool>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            listen(formatter(state, exception));
    }

    /// <summary>Random numbers for many threads.</summary>
    private sealed class Dice(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Lock _gate = new();

        public int Next(int below)
        {
            lock (_gate)
                return _random.Next(below);
        }

        public async Task PauseAsync()
        {
            if (Next(2) == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(Next(5)), TimeProvider.System);
            else
                await Task.Yield();
        }
    }
}
