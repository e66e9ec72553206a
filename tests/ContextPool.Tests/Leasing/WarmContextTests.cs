using ContextPool.Browsers;
using ContextPool.Leasing;
using ContextPool.Memory;
using TestKit;

namespace ContextPool.Tests.Leasing;

/// <summary>Contexts that live on after their lease, through the pool.</summary>
public sealed class WarmContextTests : PoolTest
{
    // ------------------------------------------------------------------ whose it is

    [Fact]
    public async Task LeaseAsync_SameKeyAgain_GetsTheSameContextScrubbed()
    {
        var pool = CreatePool();
        var first = await WarmAsync(pool, "alice");
        pool.Snapshot().Should().BeEquivalentTo(new { Idle = 1, InUse = 0 });

        await using var second = await LeaseAsync(pool, "alice");

        Fake(second).Should().BeSameAs(first);
        first.Calls.Should().Equal(["scrub"]);
        Contexts.Should().ContainSingle();
        pool.Snapshot().Should().BeEquivalentTo(new { Idle = 0, Leased = 1 });
    }

    public static TheoryData<string, LeaseRequest> Others => new()
    {
        { "another owner", For("bob") },
        { "another target", For("alice", "https://other.example") },
        { "an owner in another case", For("Alice") },
        { "another profile", For("alice") with { Profile = new ContextProfile { Locale = "de-DE" } } },
        { "no key", Fresh() },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public async Task LeaseAsync_AnotherRequest_NeverGetsThatContext(string who, LeaseRequest request)
    {
        var pool = CreatePool();
        var warm = await WarmAsync(pool, "alice");

        await using var other = await LeaseAsync(pool, request);

        Fake(other).Should().NotBeSameAs(warm, who);
        warm.IsClosed.Should().BeFalse("there is room for both");
        pool.Snapshot().Idle.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task LeaseAsync_KeyAfterAnotherRequest_NeverGetsTheOthersContext(string who, LeaseRequest request)
    {
        var pool = CreatePool();
        await (await LeaseAsync(pool, request)).DisposeAsync();
        await NothingInUseAsync(pool);
        var others = Contexts[0];

        await using var lease = await LeaseAsync(pool, "alice");

        Fake(lease).Should().NotBeSameAs(others, who);
    }

    [Fact]
    public async Task LeaseAsync_ProfileOfEqualContent_SharesTheContext()
    {
        var pool = CreatePool();
        var warm = await WarmAsync(pool, For("alice") with { Profile = new ContextProfile { Locale = "de-DE" } });

        await using var lease = await LeaseAsync(pool, For("alice") with { Profile = new ContextProfile { Locale = "de-DE" } });

        Fake(lease).Should().BeSameAs(warm);
        warm.Profile.Locale.Should().Be("de-DE");
    }

    [Fact]
    public async Task LeaseAsync_ProfileSpelledOutLikeThePools_SharesTheContext()
    {
        var pool = CreatePool(options => options.Context.Locale = "fr-FR");
        var warm = await WarmAsync(pool, "alice");

        await using var lease = await LeaseAsync(pool, For("alice") with { Profile = new ContextProfile { Locale = "fr-FR" } });

        Fake(lease).Should().BeSameAs(warm);
        warm.Profile.Locale.Should().Be("fr-FR");
    }

    [Fact]
    public async Task LeaseAsync_SeveralWarmOfOneKey_TakesTheOneReturnedLast()
    {
        var pool = CreatePool();
        var leases = new[] { await LeaseAsync(pool, "alice"), await LeaseAsync(pool, "alice") };
        var (first, second) = (Fake(leases[0]), Fake(leases[1]));
        first.Should().NotBeSameAs(second, "two visits at once never share a context");
        await leases[0].DisposeAsync();
        await leases[1].DisposeAsync();

        await using var lease = await LeaseAsync(pool, "alice");

        Fake(lease).Should().BeSameAs(second);
        first.IsClosed.Should().BeFalse();
    }

    [Fact]
    public async Task LeaseAsync_WithoutKey_IsClosedWhenReturned()
    {
        var pool = CreatePool();

        await (await LeaseAsync(pool, Fresh())).DisposeAsync();

        await NothingInUseAsync(pool);
        Contexts.Should().ContainSingle().Which.Calls.Should().Equal(["close"]);
        pool.Snapshot().Idle.Should().Be(0);
    }

    // ------------------------------------------------------------------ how long it lives

    [Fact]
    public async Task MaxLeasesPerContext_Reached_ClosesItAndOpensAnother()
    {
        var pool = CreatePool(options => options.MaxLeasesPerContext = 3);
        for (var i = 0; i < 2; i++)
            await WarmAsync(pool, "alice");

        await (await LeaseAsync(pool, "alice")).DisposeAsync();

        await NothingInUseAsync(pool);
        pool.Snapshot().Idle.Should().Be(0);
        Contexts.Should().ContainSingle().Which.IsClosed.Should().BeTrue();
        await using var fourth = await LeaseAsync(pool, "alice");
        Contexts.Should().HaveCount(2);
    }

    [Fact]
    public async Task MaxLeasesPerContext_One_KeepsNothingWarm()
    {
        var pool = CreatePool(options => options.MaxLeasesPerContext = 1);

        for (var i = 0; i < 3; i++)
        {
            await (await LeaseAsync(pool, "alice")).DisposeAsync();
            await NothingInUseAsync(pool);
        }

        Contexts.Should().HaveCount(3).And.OnlyContain(context => context.IsClosed && !context.Calls.Contains("scrub"));
    }

    [Theory]
    [InlineData(599, true)]
    [InlineData(600, false)]
    public async Task MaxContextAge_WhenReturned_DecidesWhetherItIsKept(int ageInSeconds, bool isKept)
    {
        var pool = CreatePool(options => options.MaxContextAge = TimeSpan.FromMinutes(10));
        var lease = await LeaseAsync(pool, "alice");

        Clock.Advance(TimeSpan.FromSeconds(ageInSeconds));
        await lease.DisposeAsync();

        await NothingInUseAsync(pool);
        pool.Snapshot().Idle.Should().Be(isKept ? 1 : 0);
        Contexts[0].IsClosed.Should().Be(!isKept);
    }

    [Fact]
    public async Task MaxContextAge_WhileIdle_ClosesIt()
    {
        var pool = CreatePool(options => { options.MaxContextAge = TimeSpan.FromMinutes(10); options.MaxIdleTime = TimeSpan.FromHours(1); });
        var warm = await WarmAsync(pool, "alice");

        Clock.Advance(TimeSpan.FromSeconds(599));
        pool.Snapshot().Idle.Should().Be(1);
        Clock.Advance(TimeSpan.FromSeconds(1));

        pool.Snapshot().Idle.Should().Be(0);
        await ClosedAsync(warm);
    }

    [Fact]
    public async Task MaxIdleTime_NobodyAsked_ClosesIt()
    {
        var pool = CreatePool(options => options.MaxIdleTime = TimeSpan.FromSeconds(60));
        var warm = await WarmAsync(pool, "alice");

        Clock.Advance(TimeSpan.FromSeconds(59));
        pool.Snapshot().Idle.Should().Be(1);
        Clock.Advance(TimeSpan.FromSeconds(1));

        pool.Snapshot().Idle.Should().Be(0);
        await ClosedAsync(warm);
        await NothingInUseAsync(pool);
    }

    [Fact]
    public async Task MaxIdleTime_LeasedMeanwhile_CountsFromTheLastReturn()
    {
        var pool = CreatePool(options => options.MaxIdleTime = TimeSpan.FromSeconds(60));
        var warm = await WarmAsync(pool, "alice");

        Clock.Advance(TimeSpan.FromSeconds(40));
        await WarmAsync(pool, "alice");
        Clock.Advance(TimeSpan.FromSeconds(40));

        pool.Snapshot().Idle.Should().Be(1);
        warm.IsClosed.Should().BeFalse();
    }

    // ------------------------------------------------------------------ what is never kept

    [Fact]
    public async Task Taint_BeforeTheReturn_ClosesIt()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");

        lease.Taint();
        await lease.DisposeAsync();

        await ClosedAsync(Fake(lease));
        await using var next = await LeaseAsync(pool, "alice");
        Fake(next).Should().NotBeSameAs(Fake(lease));
    }

    [Fact]
    public async Task Lost_Lease_ContextIsNotKept()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, For("alice") with { HoldAtMost = TimeSpan.FromSeconds(2) });

        Clock.Advance(TimeSpan.FromSeconds(2));
        lease.Loss.Should().Be(LeaseLoss.HeldTooLong);
        await lease.DisposeAsync();

        await ClosedAsync(Fake(lease));
        pool.Snapshot().Idle.Should().Be(0);
        Fake(lease).Calls.Should().NotContain("scrub");
    }

    [Fact]
    public async Task Crashed_WhileOnLoan_ContextIsNotKept()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");

        Fake(lease).Crash();

        lease.Loss.Should().Be(LeaseLoss.PageCrashed);
        await ClosedAsync(Fake(lease));
        pool.Snapshot().Idle.Should().Be(0);
        await using var next = await LeaseAsync(pool, "alice");
        Fake(next).Should().NotBeSameAs(Fake(lease));
    }

    [Fact]
    public async Task Crashed_WhileIdle_IsNotLent()
    {
        var pool = CreatePool();
        var warm = await WarmAsync(pool, "alice");
        await Eventually.HoldsAsync(() => warm.Calls.Contains("scrub"), Bounds.Short, "it is scrubbed");
        await using (var again = await LeaseAsync(pool, "alice"))
            Fake(again).Should().BeSameAs(warm, "else this test proves nothing");
        await Eventually.HoldsAsync(() => warm.Calls.Count == 2, Bounds.Short, "it is scrubbed again");

        warm.Crash();
        await using var next = await LeaseAsync(pool, "alice");

        Fake(next).Should().NotBeSameAs(warm);
        await ClosedAsync(warm);
        await Eventually.HoldsAsync(() => pool.Snapshot() is { Idle: 0, InUse: 1 }, Bounds.Short, "only the new one is left");
        pool.Snapshot().Cells.Sum(cell => cell.Contexts).Should().Be(1);
    }

    [Fact]
    public async Task Crashed_WhileIdleAndNobodyAsks_IsClosedAtTheNextTick()
    {
        var pool = CreatePool();
        var warm = await WarmAsync(pool, "alice");
        await Eventually.HoldsAsync(() => warm.Calls.Contains("scrub"), Bounds.Short, "it is scrubbed");

        warm.Crash();
        Clock.Advance(TimeSpan.FromSeconds(1));

        await ClosedAsync(warm);
        pool.Snapshot().Idle.Should().Be(0);
    }

    [Fact]
    public async Task Crashed_BeforeItWasLent_TellsTheHolder()
    {
        var pool = CreatePool();
        Launcher.WhenOpened = context => context.Crash();

        await using var lease = await LeaseAsync(pool, "alice");

        lease.Loss.Should().Be(LeaseLoss.PageCrashed, "nobody else will ever tell");
        await ClosedAsync(Fake(lease));
    }

    // ------------------------------------------------------------------ scrubbing

    [Fact]
    public async Task Scrub_Fails_ClosesItAndTheNextLeaseGetsANewOne()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        var dirty = Fake(lease);
        dirty.WhileScrubbing = () => Task.FromException(new InvalidOperationException("no"));

        await lease.DisposeAsync();
        await using var next = await LeaseAsync(pool, "alice");

        Fake(next).Should().NotBeSameAs(dirty);
        await ClosedAsync(dirty);
        dirty.Calls.Should().Equal(["scrub", "close"]);
        await Eventually.HoldsAsync(() => pool.Snapshot() is { Idle: 0, InUse: 1 }, Bounds.Short, "only the new one is left");
    }

    [Fact]
    public async Task Scrub_Hangs_ClosesItAfterItsBoundAndTheNextLeaseGetsANewOne()
    {
        var pool = CreatePool(options => options.ScrubTimeout = TimeSpan.FromSeconds(2));
        var lease = await LeaseAsync(pool, "alice");
        var dirty = Fake(lease);
        dirty.WhileScrubbing = () => FakeBrowserLauncher.Hang;
        var armed = Clock.ArmedTimers;
        await lease.DisposeAsync();
        var asking = LeaseAsync(pool, "alice");
        await Eventually.HoldsAsync(() => dirty.Calls.Contains("scrub") && Clock.ArmedTimers == armed, Bounds.Short, "the bound on scrubbing runs");

        Clock.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(1));
        asking.IsCompleted.Should().BeFalse();
        dirty.IsClosed.Should().BeFalse();
        Clock.Advance(TimeSpan.FromMilliseconds(1));

        await using var next = await asking;
        Fake(next).Should().NotBeSameAs(dirty);
        await ClosedAsync(dirty);
        Launcher.Launches.Should().Be(1, "one hanging tab is no reason to kill its browser");
    }

    [Fact]
    public async Task Scrub_InProgress_TheKeysNextLeaseWaitsForIt()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        var scrubbed = new TaskCompletionSource();
        Fake(lease).WhileScrubbing = () => scrubbed.Task;

        await lease.DisposeAsync();
        var asking = LeaseAsync(pool, "alice");
        await Eventually.HoldsAsync(() => Fake(lease).Calls.Contains("scrub"), Bounds.Short, "the scrub has begun");
        pool.Snapshot().Opening.Should().Be(1);
        asking.IsCompleted.Should().BeFalse("a dirty context is not lent");
        pool.Snapshot().Scrubbing.Should().Be(1);
        scrubbed.SetResult();

        await using var next = await asking;
        Fake(next).Should().BeSameAs(Fake(lease));
        await Eventually.HoldsAsync(() => pool.Snapshot().Scrubbing == 0, Bounds.Short, "it is clean");
        Contexts.Should().ContainSingle();
    }

    [Fact]
    public async Task Scrub_Begun_FreesThePlaceAtOnce()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        var lease = await LeaseAsync(pool, "alice");
        Fake(lease).WhileScrubbing = () => FakeBrowserLauncher.Hang;

        await lease.DisposeAsync();

        await using var other = await LeaseAsync(pool, "bob");
        await ClosedAsync(Fake(lease));
    }

    [Fact]
    public async Task Scrub_CallerGivesUpWaitingForIt_ClosesTheContext()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        var scrubbed = new TaskCompletionSource();
        Fake(lease).WhileScrubbing = () => scrubbed.Task;
        await lease.DisposeAsync();
        using var cancelled = new CancellationTokenSource();
        var asking = pool.LeaseAsync(For("alice"), cancelled.Token).AsTask();

        await cancelled.CancelAsync();
        await asking.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<OperationCanceledException>();
        scrubbed.SetResult();

        await NothingInUseAsync(pool);
        await Eventually.HoldsAsync(() => Launcher.OpenContexts == pool.Snapshot().Idle, Bounds.Short, "nothing is open that nobody knows of");
    }

    [Fact]
    public async Task LeaseAsync_WaitersOfTheSameKey_ShareOneContext()
    {
        var pool = CreatePool(options => { options.MaxContexts = 1; options.MaxLeasesPerContext = 10_000; }, new SlowClock());
        var held = await LeaseAsync(pool, "alice");
        for (var round = 0; round < 100; round++)
        {
            var waiting = LeaseAsync(pool, "alice");
            await held.DisposeAsync();
            held = await waiting;
        }

        Contexts.Should().ContainSingle("the place is free only when the context is back on the shelf");
        await held.DisposeAsync();
    }

    // ------------------------------------------------------------------ giving way

    [Fact]
    public async Task LeaseAsync_CapacityFull_IdleContextsGiveWayLeastRecentlyUsedFirst()
    {
        var pool = CreatePool(options => options.MaxContexts = 3);
        var alice = await WarmAsync(pool, "alice");
        var bob = await WarmAsync(pool, "bob");
        var carol = await WarmAsync(pool, "carol");
        await WarmAsync(pool, "alice");   // now Bob's is the oldest

        await using var dave = await LeaseAsync(pool, "dave");
        await ClosedAsync(bob);
        alice.IsClosed.Should().BeFalse();
        carol.IsClosed.Should().BeFalse();
        await using var eve = await LeaseAsync(pool, Fresh());

        await ClosedAsync(carol);
        alice.IsClosed.Should().BeFalse();
        await Eventually.HoldsAsync(() => Launcher.OpenContexts == 3, Bounds.Short, "never more stay open than there may be");
    }

    [Fact]
    public async Task LeaseAsync_CapacityFullOfOwnWarmContext_TakesIt()
    {
        var pool = CreatePool(options => options.MaxContexts = 2);
        await using var other = await LeaseAsync(pool, "bob");
        var warm = await WarmAsync(pool, "alice");

        await using var lease = await LeaseAsync(pool, "alice");

        Fake(lease).Should().BeSameAs(warm);
        Launcher.MostOpenContexts.Should().Be(2);
    }

    [Fact]
    public async Task Exited_CellOfAnIdleContext_ForgetsIt()
    {
        var pool = CreatePool();
        var warm = await WarmAsync(pool, "alice");

        Launcher.Browsers[0].Exit();

        await Eventually.HoldsAsync(() => pool.Snapshot() is { Idle: 0, InUse: 0 }, Bounds.Short, "it is off the shelf");
        await using var next = await LeaseAsync(pool, "alice");
        Fake(next).Should().NotBeSameAs(warm);
        Launcher.Launches.Should().Be(2);
    }

    [Fact]
    public async Task Retiring_CellOfAnIdleContext_ClosesIt()
    {
        var pool = CreatePool(options => { options.MaxContextsPerCell = 2; options.MaxContextsServedPerCell = 2; });
        var warm = await WarmAsync(pool, "alice");
        var held = await LeaseAsync(pool, "bob");

        Clock.Advance(TimeSpan.FromSeconds(1));

        await ClosedAsync(warm);
        await Eventually.HoldsAsync(() => pool.Snapshot().Idle == 0, Bounds.Short, "nothing lies idle in it");
        held.Loss.Should().Be(LeaseLoss.None);
        await held.DisposeAsync();
        await ClosedAsync(Fake(held));
        await Eventually.HoldsAsync(() => Launcher.Browsers[0].WasClosed, Bounds.Short, "the retired browser is closed after its last lease");
        pool.Snapshot().Idle.Should().Be(0, "what comes back into a retiring cell is not kept");
    }

    // ------------------------------------------------------------------ pressure

    [Fact]
    public async Task Pressure_High_ClosesIdleOnesOneByOneOldestFirstAndKeepsNone()
    {
        var pool = CreatePool();
        var held = await LeaseAsync(pool, "dave");
        var alice = await WarmAsync(pool, "alice");
        var bob = await WarmAsync(pool, "bob");

        Memory.Use(0.88);
        Clock.Advance(TimeSpan.FromSeconds(1));
        pool.Snapshot().Should().BeEquivalentTo(new { Idle = 1, Pressure = PressureLevel.High });
        await ClosedAsync(alice);
        bob.IsClosed.Should().BeFalse();
        Clock.Advance(TimeSpan.FromSeconds(1));
        pool.Snapshot().Idle.Should().Be(0);
        await ClosedAsync(bob);
        await held.DisposeAsync();

        await ClosedAsync(Fake(held));
        pool.Snapshot().Idle.Should().Be(0, "under pressure nothing is kept");
        held.Loss.Should().Be(LeaseLoss.None);
    }

    // ------------------------------------------------------------------ blank contexts

    [Fact]
    public async Task BlankContexts_BeforeTheFirstLease_AreNotOpened()
    {
        var pool = CreatePool(options => options.BlankContexts = 2);

        await TickAsync(5);
        await NothingInUseAsync(pool);

        Launcher.Launches.Should().Be(0, "a pool that nobody uses starts no browser");
        pool.Snapshot().Idle.Should().Be(0);
    }

    [Fact]
    public async Task BlankContexts_AfterTheFirstLease_AreOpenedAhead()
    {
        var pool = CreatePool(options => options.BlankContexts = 2);
        await using var lease = await LeaseAsync(pool, "alice");

        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => pool.Snapshot().Idle == 2, Bounds.Short, "two are opened ahead");
        Clock.Advance(TimeSpan.FromSeconds(1));
        await TickAsync(3);
        Contexts.Should().HaveCount(3);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData(null)]
    public async Task BlankContexts_Open_AreTakenByWhoeverComes(string? owner)
    {
        var pool = CreatePool(options => options.BlankContexts = 1);
        await using var first = await LeaseAsync(pool, Fresh());
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => pool.Snapshot().Idle == 1, Bounds.Short, "one is opened ahead");
        var blank = Contexts[1];

        await using var second = await LeaseAsync(pool, owner is null ? Fresh() : For(owner));

        Fake(second).Should().BeSameAs(blank);
        blank.Calls.Should().BeEmpty();
        pool.Snapshot().Idle.Should().Be(0);
    }

    [Fact]
    public async Task BlankContexts_AnotherProfile_DoesNotTakeThem()
    {
        var pool = CreatePool(options => options.BlankContexts = 1);
        await using var first = await LeaseAsync(pool, Fresh());
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => pool.Snapshot().Idle == 1, Bounds.Short, "one is opened ahead");

        await using var second = await LeaseAsync(pool, Fresh() with { Profile = new ContextProfile { UserAgent = "x" } });

        Fake(second).Profile.UserAgent.Should().Be("x");
        pool.Snapshot().Idle.Should().Be(1);
    }

    [Fact]
    public async Task BlankContexts_TakenWithAKey_StayThatKeysAlone()
    {
        var pool = CreatePool(options => options.BlankContexts = 1);
        await using var first = await LeaseAsync(pool, Fresh());
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => pool.Snapshot().Idle == 1, Bounds.Short, "one is opened ahead");
        var blank = await WarmAsync(pool, "alice");
        blank.Should().BeSameAs(Contexts[1]);

        await using var stranger = await LeaseAsync(pool, Fresh());

        Fake(stranger).Should().NotBeSameAs(blank);
    }

    [Fact]
    public async Task BlankContexts_Crashed_AreNotLent()
    {
        var pool = CreatePool(options => options.BlankContexts = 1);
        await using var first = await LeaseAsync(pool, Fresh());
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => pool.Snapshot().Idle == 1, Bounds.Short, "one is opened ahead");

        Contexts[1].Crash();
        await using var second = await LeaseAsync(pool, Fresh());

        Fake(second).Should().NotBeSameAs(Contexts[1]);
        await ClosedAsync(Contexts[1]);
    }

    [Fact]
    public async Task BlankContexts_CapacityFull_AreNotOpened()
    {
        var pool = CreatePool(options => { options.BlankContexts = 5; options.MaxContexts = 4; });
        await using var lease = await LeaseAsync(pool, "alice");
        await WarmAsync(pool, "bob");

        await TickAsync(3);
        await Eventually.HoldsAsync(() => pool.Snapshot().Idle == 3, Bounds.Short, "there is room for two");
        await TickAsync(3);

        pool.Snapshot().Idle.Should().Be(3);
        Launcher.MostOpenContexts.Should().Be(4);
    }

    [Fact]
    public async Task BlankContexts_PlacesTakenWhileOneOpens_DoesNotExceedTheCapacity()
    {
        var pool = CreatePool(options => { options.BlankContexts = 1; options.MaxContexts = 2; });
        var first = await LeaseAsync(pool, "alice");
        var isFirst = 1;
        var open = new TaskCompletionSource();
        Launcher.WhileOpening = _ => Interlocked.Exchange(ref isFirst, 0) == 1 ? open.Task : Task.CompletedTask;
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => Volatile.Read(ref isFirst) == 0, Bounds.Short, "a blank context is being opened");
        var second = await LeaseAsync(pool, "bob");

        open.SetResult();

        await Eventually.HoldsAsync(() => Contexts.Count == 3 && Launcher.OpenContexts == 2, Bounds.Short, "there is no room for the blank one any more");
        await NeverLostAsync(first, second);
    }

    [Fact]
    public async Task BlankContexts_UnderPressure_AreNotOpened()
    {
        var pool = CreatePool(options => options.BlankContexts = 1);
        await using var lease = await LeaseAsync(pool, "alice");

        Memory.Use(0.88);
        await TickAsync(5);
        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 1, Bounds.Short, "nothing goes on");

        Contexts.Should().ContainSingle();
    }

    [Fact]
    public async Task BlankContexts_OpeningFails_HarmsNobody()
    {
        var pool = CreatePool(options => options.BlankContexts = 1);
        await using var lease = await LeaseAsync(pool, "alice");
        Launcher.WhileOpening = _ => Task.FromException(new InvalidOperationException("no"));

        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => Log.WithId(1010).Count > 0, Bounds.Short, "it is told");
        Launcher.WhileOpening = _ => Task.CompletedTask;

        await AdvanceUntilAsync(() => pool.Snapshot().Idle == 1, "it is tried again");
        lease.Loss.Should().Be(LeaseLoss.None);
    }

    // ------------------------------------------------------------------ the end

    [Fact]
    public async Task DisposeAsync_PoolWithIdleContexts_LeavesNothingOpen()
    {
        var pool = CreatePool(options => options.BlankContexts = 1);
        await WarmAsync(pool, "alice");
        await WarmAsync(pool, "bob");
        var held = await LeaseAsync(pool, "carol");
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => pool.Snapshot().Idle == 3, Bounds.Short, "one is opened ahead");

        await pool.DisposeAsync().AsTask().WaitAsync(Bounds.Short);

        Launcher.OpenContexts.Should().Be(0);
        Contexts.Should().OnlyContain(context => context.IsClosed);
        Launcher.Browsers.Should().OnlyContain(browser => browser.WasClosed);
        pool.Snapshot().Idle.Should().Be(0);
        held.Loss.Should().Be(LeaseLoss.PoolClosed);
        Clock.ArmedTimers.Should().Be(0, "nothing of the pool goes on");
    }

    [Fact]
    public async Task DisposeAsync_LeaseReturnedAfterThePool_LeavesNothingOpen()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        await pool.DisposeAsync().AsTask().WaitAsync(Bounds.Short);

        await lease.DisposeAsync();

        Launcher.OpenContexts.Should().Be(0);
        pool.Snapshot().Should().BeEquivalentTo(new { Idle = 0, InUse = 0 });
    }

    /// <summary>Time stands still, and reading it takes a while: a waiter is served before the one who serves it has gone on.</summary>
    private sealed class SlowClock : TimeProvider
    {
        public override long GetTimestamp()
        {
            var began = System.GetTimestamp();
            SpinWait.SpinUntil(() => System.GetElapsedTime(began) > TimeSpan.FromMilliseconds(0.3));
            return 0;
        }
    }

    private static async Task NeverLostAsync(params ContextLease[] leases)
    {
        foreach (var lease in leases)
        {
            lease.Loss.Should().Be(LeaseLoss.None);
            await lease.DisposeAsync();
        }
    }
}
