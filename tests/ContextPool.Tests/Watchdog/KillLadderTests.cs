using ContextPool.Browsers;
using ContextPool.Diagnostics;
using ContextPool.Watchdog;
using TestKit;

namespace ContextPool.Tests.Watchdog;

public sealed class KillLadderTests : PoolTest
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ContextPoolOptions _options = new();

    [Fact]
    public async Task CloseAsync_GivenBack_ClosesTheContextAndNothingElse()
    {
        var (ladder, context, fake) = await CreateAsync();

        (await ladder.CloseAsync(context, hung: false).WaitAsync(Bounds.Short)).Should().Be(KillRung.CloseContext);

        fake.Calls.Should().Equal(["close"]);
        fake.IsClosed.Should().BeTrue();
    }

    [Fact]
    public async Task CloseAsync_Hung_ClosesTheContextWithoutAskingThePage()
    {
        var (ladder, context, fake) = await CreateAsync();

        (await ladder.CloseAsync(context, hung: true).WaitAsync(Bounds.Short)).Should().Be(KillRung.CloseContext);

        fake.Calls.Should().Equal(["close"]);
        Launcher.Browsers[0].WasKilled.Should().BeFalse();
    }

    [Fact]
    public async Task CloseAsync_HungAndNotClosedWithinASecond_EndsItsProcess()
    {
        var (ladder, context, fake) = await CreateAsync();
        var ended = new TaskCompletionSource();
        Launcher.WhileClosing = _ => ended.Task;
        fake.WhileProcessEnds = () =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        var closing = ladder.CloseAsync(context, hung: true);

        await BoundRunsOutAsync(fake, "close", TimeSpan.FromSeconds(1));

        (await closing.WaitAsync(Bounds.Short)).Should().Be(KillRung.EndProcess);
        fake.Calls.Should().Equal(["close", "end-process"]);
        Launcher.Browsers[0].WasKilled.Should().BeFalse();
    }

    [Fact]
    public async Task CloseAsync_EndingTheProcessHangs_IsWaitedForAQuarterOfASecond()
    {
        var (ladder, context, fake) = await CreateAsync();
        var ended = new TaskCompletionSource();
        Launcher.WhileClosing = _ => ended.Task;
        fake.WhileProcessEnds = () => FakeBrowserLauncher.Hang;
        var closing = ladder.CloseAsync(context, hung: true);
        await BoundRunsOutAsync(fake, "close", TimeSpan.FromSeconds(1));

        await BoundRunsOutAsync(fake, "end-process", TimeSpan.FromSeconds(0.25));

        ended.SetResult();
        (await closing.WaitAsync(Bounds.Short)).Should().Be(KillRung.EndProcess);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CloseAsync_ClosingTheContextHangs_KillsTheBrowser(bool hung)
    {
        _options.CloseTimeout = TimeSpan.FromSeconds(4);
        var (ladder, context, fake) = await CreateAsync();
        Launcher.WhileClosing = _ => FakeBrowserLauncher.Hang;
        var closing = ladder.CloseAsync(context, hung);
        if (hung)
            await BoundRunsOutAsync(fake, "close", TimeSpan.FromSeconds(1));

        await BoundRunsOutAsync(fake, hung ? "end-process" : "close", TimeSpan.FromSeconds(4));

        (await closing.WaitAsync(Bounds.Short)).Should().Be(KillRung.KillBrowser);
        Launcher.Browsers[0].WasKilled.Should().BeTrue();
        context.Cell.State.Should().Be(CellState.Dead);
        Log.WithId(1003).Should().ContainSingle().Which.Text.Should().Contain("CloseTimedOut");
    }

    [Fact]
    public async Task CloseAsync_EverythingHangs_TakesLessThanTenSecondsToTheDriversEnd()
    {
        var (ladder, context, fake) = await CreateAsync();
        var browser = Launcher.Browsers[0];
        fake.WhileProcessEnds = () => FakeBrowserLauncher.Hang;
        Launcher.WhileClosing = _ => FakeBrowserLauncher.Hang;
        browser.HangsEvenWhenDead = true;
        var began = Clock.GetTimestamp();
        var closing = ladder.CloseAsync(context, hung: true);

        await BoundRunsOutAsync(fake, "close", TimeSpan.FromSeconds(1));
        await BoundRunsOutAsync(fake, "end-process", TimeSpan.FromSeconds(0.25));
        await BoundRunsOutAsync(fake, "end-process", TimeSpan.FromSeconds(3));
        (await closing.WaitAsync(Bounds.Short)).Should().Be(KillRung.KillBrowser);
        browser.DriverWasKilled.Should().BeFalse("it gets a chance to close by itself");
        await ArmedAsync();
        Clock.Advance(TimeSpan.FromSeconds(3));

        await Eventually.HoldsAsync(() => browser.DriverWasKilled, Bounds.Short, "the driver is killed");
        Clock.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task CloseAsync_EveryRungFails_TakesTheFailureForDone()
    {
        var (ladder, context, fake) = await CreateAsync();
        fake.WhileProcessEnds = () => Task.FromException(new InvalidOperationException("gone"));
        Launcher.WhileClosing = _ => Task.FromException(new InvalidOperationException("gone"));

        await ladder.CloseAsync(context, hung: true).WaitAsync(Bounds.Short);

        Launcher.Browsers[0].WasKilled.Should().BeFalse("what is gone cannot be closed");
    }

    [Fact]
    public async Task CloseAsync_RungThrowsAtOnce_NeverThrows()
    {
        var (ladder, context, fake) = await CreateAsync();
        fake.WhileProcessEnds = () => throw new InvalidOperationException("at once");
        Launcher.WhileClosing = _ => throw new InvalidOperationException("at once");

        (await ladder.CloseAsync(context, hung: true).WaitAsync(Bounds.Short)).Should().Be(KillRung.CloseContext);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CloseAsync_CellIsDead_IsDoneAtOnce(bool hung)
    {
        var (ladder, context, fake) = await CreateAsync();
        fake.WhileProcessEnds = () => FakeBrowserLauncher.Hang;
        Launcher.WhileClosing = _ => FakeBrowserLauncher.Hang;
        Launcher.Browsers[0].Exit();
        await Eventually.HoldsAsync(() => context.Cell.State == CellState.Dead, Bounds.Short, "the cell is known to be dead");

        await ladder.CloseAsync(context, hung).WaitAsync(Bounds.Short);

        fake.Calls.Should().BeEmpty();
    }

    private async Task<(KillLadder Ladder, PooledContext Context, FakeContext Fake)> CreateAsync()
    {
        var parts = CreateParts(options => options.CloseTimeout = _options.CloseTimeout);
        var (_, context, fake) = await parts.OpenAsync();
        return (new KillLadder(parts.Fleet, _options, Clock, Log), context, fake);
    }

    /// <summary>The rung has begun and hangs: it is given up when its bound is over, and not before.</summary>
    private async Task BoundRunsOutAsync(FakeContext fake, string rung, TimeSpan bound)
    {
        await Eventually.HoldsAsync(() => fake.Calls.Count > 0 && fake.Calls[^1] == rung, Bounds.Short, $"{rung} has begun");
        await ArmedAsync();
        var armed = Clock.ArmedTimers;
        Clock.Advance(bound - Moment);
        Clock.ArmedTimers.Should().Be(armed, $"{rung} has a moment left");
        fake.Calls[^1].Should().Be(rung);
        Clock.Advance(Moment);
    }

    /// <summary>The three timers of the pool behind the parts, and a bound.</summary>
    private Task ArmedAsync() => Eventually.HoldsAsync(() => Clock.ArmedTimers == TimersOfAPool + 1, Bounds.Short, "the bound runs");
}
