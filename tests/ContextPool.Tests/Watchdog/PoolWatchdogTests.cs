using ContextPool.Leasing;
using Microsoft.Extensions.Logging;
using TestKit;

namespace ContextPool.Tests.Watchdog;

/// <summary>Through the pool: ticks of a second, heartbeats of ten, and 45 s of silence before a page is hung.</summary>
public sealed class PoolWatchdogTests : PoolTest
{
    // ------------------------------------------------------------------ pages

    [Fact]
    public async Task Tick_PageIsSilent_EndsTheLeaseAfterTheKillTimeAndNotBefore()
    {
        var pool = CreatePool();
        var hung = await LeaseAsync(pool, "alice");
        await using var well = await LeaseAsync(pool, "bob");
        Fake(hung).WhileBeating = () => FakeBrowserLauncher.Hang;

        Clock.Advance(TimeSpan.FromSeconds(45));
        hung.Loss.Should().Be(LeaseLoss.None);
        Clock.Advance(TimeSpan.FromSeconds(1));

        hung.Loss.Should().Be(LeaseLoss.PageHung);
        await ClosedAsync(Fake(hung));
        Fake(hung).Calls.Should().Equal(["close"]);
        well.Loss.Should().Be(LeaseLoss.None);
        Launcher.Browsers[0].WasKilled.Should().BeFalse();
    }

    [Fact]
    public async Task Tick_PageAnswersItsHeartbeatWithErrors_IsAsSilentAsNone()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        Fake(lease).WhileBeating = () => Task.FromException(new InvalidOperationException("no target"));

        Clock.Advance(TimeSpan.FromSeconds(46));

        lease.Loss.Should().Be(LeaseLoss.PageHung);
    }

    [Fact]
    public async Task Tick_PageAnswers_IsNeverEndedHoweverOldTheLease()
    {
        var pool = CreatePool();
        var asked = 0;
        await using var lease = await LeaseAsync(pool, "alice");
        Fake(lease).WhileBeating = () =>
        {
            asked++;
            return Task.CompletedTask;
        };

        Clock.Advance(TimeSpan.FromMinutes(25));

        lease.Loss.Should().Be(LeaseLoss.None);
        asked.Should().Be(150, "it is asked every ten seconds");
    }

    [Fact]
    public async Task Tick_PageAnswersLate_BeginsAnew()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        var answer = new TaskCompletionSource();
        Fake(lease).WhileBeating = () => answer.Task;
        Clock.Advance(TimeSpan.FromSeconds(40));
        answer.SetResult();
        await Eventually.HoldsAsync(() => lease.Pulse.SilentFor == TimeSpan.Zero, Bounds.Short, "the answer is heard");
        Fake(lease).WhileBeating = () => FakeBrowserLauncher.Hang;

        Clock.Advance(TimeSpan.FromSeconds(45));
        lease.Loss.Should().Be(LeaseLoss.None);
        Clock.Advance(TimeSpan.FromSeconds(1));

        lease.Loss.Should().Be(LeaseLoss.PageHung);
    }

    [Fact]
    public async Task Tick_TargetLearned_UsesItsKillTime()
    {
        var pool = CreatePool(options => options.MaxLeasesPerContext = 1000);
        for (var i = 0; i < 100; i++)
        {
            var lease = await LeaseAsync(pool, For("alice", "https://quick.example"));
            lease.MarkSuccessful();
            await lease.DisposeAsync();
        }

        pool.Snapshot().KillAfter.Should().Be(TimeSpan.FromSeconds(20), "a hundred took no time at all");
        var hung = await LeaseAsync(pool, For("alice", "https://quick.example"));
        Fake(hung).WhileBeating = () => FakeBrowserLauncher.Hang;
        Clock.Advance(TimeSpan.FromSeconds(20));
        hung.Loss.Should().Be(LeaseLoss.None);
        Clock.Advance(TimeSpan.FromSeconds(1));

        hung.Loss.Should().Be(LeaseLoss.PageHung);
    }

    [Fact]
    public async Task MarkSuccessful_NotSaidOrLeaseLost_TeachesNothing()
    {
        var pool = CreatePool(options => options.MaxLeasesPerContext = 1000);
        for (var i = 0; i < 100; i++)
            await (await LeaseAsync(pool, "alice")).DisposeAsync();
        for (var i = 0; i < 100; i++)
        {
            var lease = await LeaseAsync(pool, "alice");
            lease.MarkSuccessful();
            Fake(lease).Crash();
            await lease.DisposeAsync();
        }

        pool.Snapshot().KillAfter.Should().Be(TimeSpan.FromSeconds(45));
    }

    // ------------------------------------------------------------------ browsers and drivers

    [Theory]
    [InlineData(true, false, "BrowserSilent")]
    [InlineData(false, true, "DriverSilent")]
    [InlineData(true, true, "DriverSilent")]
    public async Task Tick_BrowserOrDriverIsSilent_KillsThatCellAlone(bool browserHangs, bool driverHangs, string reason)
    {
        var pool = CreatePool(options => options.MaxContextsPerCell = 1);
        var lost = await LeaseAsync(pool, "alice");
        await using var other = await LeaseAsync(pool, "bob");
        var silent = Launcher.Browsers[0];
        if (browserHangs)
            silent.WhileBeating = () => FakeBrowserLauncher.Hang;
        if (driverHangs)
            silent.WhileDriverBeats = () => FakeBrowserLauncher.Hang;

        Clock.Advance(TimeSpan.FromSeconds(25));
        silent.WasKilled.Should().BeFalse("two heartbeats and the time for an answer are not over");
        Clock.Advance(TimeSpan.FromSeconds(1));

        silent.WasKilled.Should().BeTrue();
        await Eventually.HoldsAsync(() => lost.Loss == LeaseLoss.BrowserLost, Bounds.Short, "its holder hears of it");
        Log.WithId(1003).Should().ContainSingle().Which.Text.Should().Contain(reason);
        Clock.Advance(TimeSpan.FromMinutes(2));
        other.Loss.Should().Be(LeaseLoss.None);
        Launcher.Browsers[1].WasKilled.Should().BeFalse();
        pool.Snapshot().Cells.Select(cell => cell.Id).Should().Equal(2);
    }

    [Fact]
    public async Task Tick_PageIsSilentBecauseItsBrowserIs_IsNotBlamed()
    {
        var pool = CreatePool(options => options.KillAfter.Default = TimeSpan.FromSeconds(20));
        var lease = await LeaseAsync(pool, "alice");
        Launcher.Browsers[0].WhileBeating = () => FakeBrowserLauncher.Hang;
        Launcher.Browsers[0].Contexts[0].WhileBeating = () => FakeBrowserLauncher.Hang;

        Clock.Advance(TimeSpan.FromSeconds(25));
        lease.Loss.Should().Be(LeaseLoss.None, "the browser's time is not over yet");
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => lease.Loss == LeaseLoss.BrowserLost, Bounds.Short, "the browser is at fault");
    }

    [Fact]
    public async Task Tick_BrowserAnswersAgainInTime_IsLeftAlone()
    {
        var pool = CreatePool();
        await using var lease = await LeaseAsync(pool, "alice");
        var answer = new TaskCompletionSource();
        Launcher.Browsers[0].WhileBeating = () => answer.Task;
        Clock.Advance(TimeSpan.FromSeconds(24));
        pool.Snapshot().Cells.Should().ContainSingle().Which.BrowserSilentFor.Should().Be(TimeSpan.FromSeconds(24));

        answer.SetResult();
        await Eventually.HoldsAsync(() => pool.Snapshot().Cells[0].BrowserSilentFor == TimeSpan.Zero, Bounds.Short, "the answer is heard");
        Clock.Advance(TimeSpan.FromMinutes(2));

        lease.Loss.Should().Be(LeaseLoss.None);
    }

    [Fact]
    public async Task Tick_IdleCellIsSilent_IsKilledTooWithWhatLiesIdleInIt()
    {
        var pool = CreatePool();
        await WarmAsync(pool, "alice");
        Launcher.Browsers[0].WhileDriverBeats = () => FakeBrowserLauncher.Hang;

        Clock.Advance(TimeSpan.FromSeconds(26));

        Launcher.Browsers[0].WasKilled.Should().BeTrue();
        await Eventually.HoldsAsync(() => pool.Snapshot() is { Idle: 0, InUse: 0, Cells.Count: 0 }, Bounds.Short, "nothing is left of it");
    }

    [Fact]
    public async Task HeartbeatInterval_Shorter_FindsSilenceSooner()
    {
        var pool = CreatePool(options =>
        {
            options.HeartbeatInterval = TimeSpan.FromSeconds(0.5);
            options.KillAfter.Least = options.KillAfter.Default = TimeSpan.FromSeconds(1);
        });
        var lease = await LeaseAsync(pool, "alice");
        Fake(lease).WhileBeating = () => FakeBrowserLauncher.Hang;

        Clock.Advance(TimeSpan.FromSeconds(1));
        lease.Loss.Should().Be(LeaseLoss.None);
        Clock.Advance(TimeSpan.FromSeconds(0.1));

        lease.Loss.Should().Be(LeaseLoss.PageHung);
    }

    // ------------------------------------------------------------------ our own lateness

    [Fact]
    public async Task Tick_ComesVeryLate_ForgivesEverybody()
    {
        var clock = new SleepyTimeProvider();
        var pool = CreatePool(options => options.MaxContextsPerCell = 1, clock);
        await using var first = await LeaseAsync(pool, "alice");
        await using var second = await LeaseAsync(pool, "bob");
        clock.Advance(TimeSpan.FromSeconds(7));

        clock.Oversleep(TimeSpan.FromMinutes(5));
        clock.Advance(TimeSpan.FromSeconds(1));

        first.Loss.Should().Be(LeaseLoss.None);
        second.Loss.Should().Be(LeaseLoss.None);
        Launcher.Browsers.Should().OnlyContain(browser => !browser.WasKilled);
        Log.WithId(1300).Should().ContainSingle().Which.Text.Should().Contain("300000 ms");
        await pool.DisposeAsync();
    }

    [Fact]
    public async Task Tick_ComesVeryLate_StillFindsWhoGoesOnBeingSilent()
    {
        var clock = new SleepyTimeProvider();
        var pool = CreatePool(time: clock);
        var hung = await LeaseAsync(pool, "alice");
        Fake(hung).WhileBeating = () => FakeBrowserLauncher.Hang;
        clock.Advance(TimeSpan.FromSeconds(30));
        clock.Oversleep(TimeSpan.FromMinutes(5));

        clock.Advance(TimeSpan.FromSeconds(15));
        hung.Loss.Should().Be(LeaseLoss.None, "only 45 s of its silence were its own");
        clock.Advance(TimeSpan.FromSeconds(1));

        hung.Loss.Should().Be(LeaseLoss.PageHung);
        await pool.DisposeAsync();
    }

    [Fact]
    public async Task Tick_ComesALittleLate_ForgivesNothing()
    {
        var clock = new SleepyTimeProvider();
        var pool = CreatePool(time: clock);
        var hung = await LeaseAsync(pool, "alice");
        Fake(hung).WhileBeating = () => FakeBrowserLauncher.Hang;
        clock.Advance(TimeSpan.FromSeconds(41));
        clock.Oversleep(TimeSpan.FromSeconds(4));

        clock.Advance(TimeSpan.FromSeconds(1));

        hung.Loss.Should().Be(LeaseLoss.PageHung);
        Log.WithId(1300).Should().BeEmpty();
        await pool.DisposeAsync();
    }

    // ------------------------------------------------------------------ faults of its own

    [Fact]
    public async Task Tick_SweepFails_IsToldAndGoesOn()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        Fake(lease).WhileBeating = () => FakeBrowserLauncher.Hang;
        Log.Failure = id => id == 1102 ? new InvalidOperationException("the log is full") : null;
        Clock.Advance(TimeSpan.FromSeconds(46));

        Log.WithId(1301).Should().ContainSingle().Which.Level.Should().Be(LogLevel.Error);
        Log.Failure = null;
        var other = await LeaseAsync(pool, "bob");
        Fake(other).WhileBeating = () => FakeBrowserLauncher.Hang;
        Clock.Advance(TimeSpan.FromSeconds(46));

        other.Loss.Should().Be(LeaseLoss.PageHung);
    }
}
