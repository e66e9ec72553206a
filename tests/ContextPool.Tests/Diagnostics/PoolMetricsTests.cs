using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using ContextPool.Memory;
using ContextPool.Recycling;
using ContextPool.Watchdog;
using TestKit;

namespace ContextPool.Tests.Diagnostics;

/// <summary>Alone, because whoever listens to the meter hears every pool of the process.</summary>
[CollectionDefinition(nameof(ListensToAllPools), DisableParallelization = true)]
public sealed class ListensToAllPools;

[Collection(nameof(ListensToAllPools))]
public sealed partial class PoolMetricsTests : PoolTest, IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Heard> _heard = new();

    public PoolMetricsTests()
    {
        var isOurs = false;   // what was there before us is not
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isOurs && instrument.Meter.Name == PoolMetrics.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            // Counters begin with a 0 for every tag, which is no event.
            if (value != 0 || instrument.IsObservable)
                _heard.Enqueue(new Heard(instrument.Name, value, tags.ToArray()));
        });
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _heard.Enqueue(new Heard(instrument.Name, value, tags.ToArray())));
        _listener.Start();
        isOurs = true;
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task HangRecovery_PageThatHangs_CountsFromItsLastSignOfLife()
    {
        var pool = CreatePool();
        var lease = await LeaseAsync(pool, "alice");
        Clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(() => lease.Pulse.UnheardFor == TimeSpan.Zero, Bounds.Short, "it answered once");
        Fake(lease).WhileBeating = () => FakeBrowserLauncher.Hang;
        for (var second = 0; second < 46; second++)
            Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => pool.Snapshot().InUse == 0, Bounds.Short, "its place comes back");
        await pool.DisposeAsync();

        var silence = Values("browserfarm.pool.hang.silence").Should().ContainSingle().Subject;
        silence.Should().BeInRange(45, 47, "45 s is the bound while nothing was learned");
        Values("browserfarm.pool.hang.closing").Should().ContainSingle().Which.Should().Be(0);
        Values("browserfarm.pool.hang.recovery").Should().Equal(silence);
    }

    [Fact]
    public async Task Leases_GrantedAndReturned_AreCountedWithTheirTimes()
    {
        var pool = CreatePool(options => options.MaxContexts = 1);
        var first = await LeaseAsync(pool, "alice");
        var waiting = LeaseAsync(pool, "alice");
        Clock.Advance(TimeSpan.FromSeconds(3));
        await first.DisposeAsync();
        var second = await waiting;
        Clock.Advance(TimeSpan.FromSeconds(2));
        await second.DisposeAsync();

        Sum("browserfarm.pool.leases").Should().Be(2);
        Values("browserfarm.pool.lease.wait").Should().Equal(0, 3);
        Values("browserfarm.pool.lease.duration").Should().Equal(3, 2);
        Sum("browserfarm.pool.contexts.opened").Should().Be(1);
        Sum("browserfarm.pool.contexts.reused").Should().Be(1);
        Sum("browserfarm.pool.contexts.closed").Should().Be(0);
        await pool.DisposeAsync();
        Sum("browserfarm.pool.contexts.closed").Should().Be(1);
    }

    [Fact]
    public async Task LeasesLost_AreCountedByReason()
    {
        var pool = CreatePool();
        var greedy = await LeaseAsync(pool, new LeaseRequest("greedy") { HoldAtMost = TimeSpan.FromSeconds(1) });
        var crashed = new[] { await LeaseAsync(pool, "alice"), await LeaseAsync(pool, "bob") };
        var well = await LeaseAsync(pool, "carol");

        Clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var lease in crashed)
            Fake(lease).Crash();
        await well.DisposeAsync();

        ByTag("browserfarm.pool.leases.lost", "reason").Should().BeEquivalentTo(
            new Dictionary<string, double> { ["held_too_long"] = 1, ["page_crashed"] = 2 });
        Sum("browserfarm.pool.leases.leaked").Should().Be(0);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Sum("browserfarm.pool.leases.leaked").Should().Be(1);
        Clock.Advance(TimeSpan.FromSeconds(20));
        Sum("browserfarm.pool.leases.leaked").Should().Be(1, "a leak is counted once");
        await greedy.DisposeAsync();
    }

    [Fact]
    public async Task Kills_AreCountedByRung()
    {
        var pool = CreatePool();
        var (mild, stubborn, stuck, returned) = (await LeaseAsync(pool, "a"), await LeaseAsync(pool, "b"), await LeaseAsync(pool, "c"), await LeaseAsync(pool, "d"));
        foreach (var lease in new[] { mild, stubborn, stuck })
            Fake(lease).WhileBeating = () => FakeBrowserLauncher.Hang;
        var (late, never) = (Fake(stubborn), Fake(stuck));
        var ended = new TaskCompletionSource();
        late.WhileProcessEnds = () =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        Launcher.WhileClosing = context => context == never ? FakeBrowserLauncher.Hang : context == late ? ended.Task : Task.CompletedTask;
        await returned.DisposeAsync();
        Clock.Advance(TimeSpan.FromSeconds(46));
        await AdvanceUntilAsync(() => pool.Snapshot().InUse == 0, "all are closed");

        await Eventually.HoldsAsync(() => Sum("browserfarm.pool.kills") == 3, Bounds.Short, "three were forced");
        ByTag("browserfarm.pool.kills", "rung").Should().BeEquivalentTo(
            new Dictionary<string, double> { ["close_context"] = 1, ["end_process"] = 1, ["kill_browser"] = 1 });
        ByTag("browserfarm.pool.cells.lost", "reason").Should().BeEquivalentTo(new Dictionary<string, double> { ["close_timed_out"] = 1 });
        ByTag("browserfarm.pool.leases.lost", "reason").Should().BeEquivalentTo(new Dictionary<string, double> { ["page_hung"] = 3 });
    }

    [Fact]
    public async Task Capacity_Gauge_SaysTheBoundThatIsTight()
    {
        var pool = CreatePool(options => options.MaxContexts = 5);
        Look().Should().Be((5, "configured"));
        await using var lease = await LeaseAsync(pool, "alice");

        Memory.Use(0.88);
        Clock.Advance(TimeSpan.FromSeconds(1));

        Look().Should().Be((1, "pressure"));

        (double Contexts, string? Bound) Look()
        {
            var now = Collect();
            var bounds = now.Where(heard => heard.Name == "browserfarm.pool.capacity.bound").ToList();
            bounds.Should().HaveCount(Enum.GetValues<CapacityBound>().Length).And.ContainSingle(heard => heard.Value == 1);
            return (now.Single(heard => heard.Name == "browserfarm.pool.capacity").Value, bounds.Single(heard => heard.Value == 1).Tags.Single().Value as string);
        }
    }

    [Fact]
    public async Task Gauges_TellTheStateNow()
    {
        Memory.LimitBytes = 1000L << 20;
        Memory.Use(0.25);
        var pool = CreatePool(options => { options.MaxContexts = 2; options.TabBytes = 16L << 20; options.CellBaseBytes = 16L << 20; });
        await WarmAsync(pool, "alice");
        await using var first = await LeaseAsync(pool, "bob");
        await using var second = await LeaseAsync(pool, "carol");
        var waiting = LeaseAsync(pool, "dave");
        Launcher.Browsers[0].WhileBeating = () => FakeBrowserLauncher.Hang;
        Clock.Advance(TimeSpan.FromSeconds(12));

        Collect().Where(heard => heard.Tags.Length == 0).ToDictionary(heard => heard.Name, heard => heard.Value).Should().Contain(new Dictionary<string, double>
        {
            ["browserfarm.pool.leases.active"] = 2,
            ["browserfarm.pool.leases.waiting"] = 1,
            ["browserfarm.pool.contexts.idle"] = 0,
            ["browserfarm.pool.cells"] = 1,
            ["browserfarm.pool.memory.limit"] = 1000L << 20,
            ["browserfarm.pool.memory.used"] = 250L << 20,
            ["browserfarm.pool.memory.available"] = 750L << 20,
            ["browserfarm.pool.memory.pressure"] = 0,
            ["browserfarm.pool.memory.tab"] = 16L << 20,
            ["browserfarm.pool.kill.after"] = 45,
            ["browserfarm.pool.heartbeat.age"] = 12,
        });
        await first.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task Tags_OfEverythingThatHappens_AreWordsOfClosedSets()
    {
        Launcher.FailNextLaunches(1);
        var pool = CreatePool(options => { options.MaxContextsPerCell = 2; options.MaxCellAge = TimeSpan.FromSeconds(30); });
        await pool.Awaiting(failing => LeaseAsync(failing, "https://secret.example/?token=1")).Should().ThrowAsync<BrowserLaunchException>();
        await WarmAsync(pool, For("job 4711", "https://secret.example"));
        var crashed = await LeaseAsync(pool, For("job 4712", "https://secret.example"));
        Fake(crashed).Crash();
        var held = await LeaseAsync(pool, "job 4713");
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync(() => Sum("browserfarm.pool.cells.retired") == 1, Bounds.Short, "a worn browser is replaced");
        Launcher.Browsers[0].Exit();
        await Eventually.HoldsAsync(() => held.Loss == LeaseLoss.BrowserLost, Bounds.Short, "its lease is lost");
        Collect();
        await pool.DisposeAsync();

        Sum("browserfarm.pool.cells.failed").Should().Be(1);
        ByTag("browserfarm.pool.cells.retired", "reason").Should().ContainKey("age");
        ByTag("browserfarm.pool.cells.lost", "reason").Should().ContainKey("exited");
        var legal = new HashSet<string>(
        [
            .. Words<LeaseLoss>(), .. Words<KillRung>(), .. Words<CellLossReason>(), .. Words<RecycleReason>(), .. Words<ContextEnd>(), .. Words<CapacityBound>(),
        ]);
        var tags = _heard.SelectMany(heard => heard.Tags).ToList();
        tags.Should().NotBeEmpty().And.OnlyContain(tag => tag.Key == "reason" || tag.Key == "rung" || tag.Key == "bound");
        tags.Select(tag => tag.Value as string).Should().BeSubsetOf(legal);

        static IEnumerable<string> Words<T>()
            where T : struct, Enum => Enum.GetNames<T>().Select(name => CapitalInside().Replace(name, "_$0").ToLowerInvariant());
    }

    [Fact]
    public void Tags_OfEveryMember_AreSnakeCaseAndDistinct()
    {
        using var metrics = new PoolMetrics();

        foreach (var loss in Enum.GetValues<LeaseLoss>())
            metrics.LeaseLost(loss);
        foreach (var rung in Enum.GetValues<KillRung>())
            metrics.Killed(rung);
        foreach (var reason in Enum.GetValues<CellLossReason>())
            metrics.CellLost(reason);
        foreach (var reason in Enum.GetValues<RecycleReason>())
            metrics.CellRetired(reason);

        ByTag("browserfarm.pool.leases.lost", "reason").Keys.Should().HaveCount(Enum.GetValues<LeaseLoss>().Length).And.Contain("network_service_lost");
        ByTag("browserfarm.pool.kills", "rung").Keys.Should().HaveCount(Enum.GetValues<KillRung>().Length).And.Contain("end_process");
        ByTag("browserfarm.pool.cells.lost", "reason").Keys.Should().HaveCount(Enum.GetValues<CellLossReason>().Length).And.Contain("driver_silent");
        ByTag("browserfarm.pool.cells.retired", "reason").Keys.Should().HaveCount(Enum.GetValues<RecycleReason>().Length).And.Contain("gpu_deaths");
        _heard.SelectMany(heard => heard.Tags).Select(tag => (string)tag.Value!).Should().OnlyContain(word => SnakeCase().IsMatch(word));
    }

    [Fact]
    public async Task CameLate_WatchdogOversleeps_IsCountedInSeconds()
    {
        var clock = new SleepyTimeProvider();
        var pool = CreatePool(time: clock);
        clock.Oversleep(TimeSpan.FromSeconds(90));

        clock.Advance(TimeSpan.FromSeconds(1));

        Sum("browserfarm.pool.watchdog.late").Should().Be(90);
        await pool.DisposeAsync();
    }

    [Fact]
    public async Task DisposeAsync_Pool_IsHeardOfNoMore()
    {
        var pool = CreatePool();
        await pool.DisposeAsync();

        Collect().Should().BeEmpty();
    }

    private List<Heard> Collect()
    {
        var before = _heard.Count;
        _listener.RecordObservableInstruments();
        return [.. _heard.Skip(before)];
    }

    private List<double> Values(string name) => [.. _heard.Where(heard => heard.Name == name).Select(heard => heard.Value)];

    private double Sum(string name) => Values(name).Sum();

    private Dictionary<string, double> ByTag(string name, string tag) => _heard.Where(heard => heard.Name == name)
        .GroupBy(heard => (string)heard.Tags.Should().ContainSingle(found => found.Key == tag).Which.Value!)
        .ToDictionary(group => group.Key, group => group.Sum(heard => heard.Value));

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SnakeCase();

    [GeneratedRegex("(?<!^)[A-Z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CapitalInside();

    private sealed record Heard(string Name, double Value, KeyValuePair<string, object?>[] Tags);
}
