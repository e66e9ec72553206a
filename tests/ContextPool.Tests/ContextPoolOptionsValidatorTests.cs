using ContextPool.Watchdog;

namespace ContextPool.Tests;

public sealed class ContextPoolOptionsValidatorTests
{
    public static TheoryData<string, Action<ContextPoolOptions>> Mistakes => new()
    {
        { "MaxContexts", options => options.MaxContexts = 0 },
        { "MaxContexts", options => options.MaxContexts = 10_001 },
        { "MaxContextsPerCore", options => options.MaxContextsPerCore = 0 },
        { "MaxContextsPerCore", options => options.MaxContextsPerCore = 65 },
        { "MaxContextsPerCell", options => options.MaxContextsPerCell = 0 },
        { "MaxContextsPerCell", options => options.MaxContextsPerCell = 101 },
        { "MaxContextsServedPerCell", options => options.MaxContextsServedPerCell = 0 },
        { "MaxContextsServedPerCell", options => { options.MaxContextsPerCell = 12; options.MaxContextsServedPerCell = 11; } },
        { "TabBytes", options => options.TabBytes = (16L << 20) - 1 },
        { "TabBytes", options => options.TabBytes = (4L << 30) + 1 },
        { "TabBytes (1073741825) must be at most MaxTabBytes (1073741824)", options => options.TabBytes = (1L << 30) + 1 },
        { "MaxTabBytes", options => options.MaxTabBytes = (64L << 20) - 1 },
        { "MaxTabBytes", options => options.MaxTabBytes = (64L << 30) + 1 },
        { "LowWatermark", options => options.LowWatermark = 0.05 },
        { "HighWatermark", options => options.HighWatermark = double.NaN },
        { "ShedWatermark", options => options.ShedWatermark = 1 },
        { "LowWatermark (0.85) must be below HighWatermark (0.85), that below ShedWatermark (0.93)", options => options.LowWatermark = 0.85 },
        { "HighWatermark (0.95), that below ShedWatermark (0.93)", options => options.HighWatermark = 0.95 },
        { "CellBaseBytes", options => options.CellBaseBytes = -1 },
        { "ReserveRatio", options => options.ReserveRatio = -0.01 },
        { "ReserveRatio", options => options.ReserveRatio = 0.91 },
        { "ReserveRatio", options => options.ReserveRatio = double.NaN },
        { "MinReserveBytes", options => options.MinReserveBytes = -1 },
        { "LaunchTimeout", options => options.LaunchTimeout = TimeSpan.Zero },
        { "LaunchTimeout", options => options.LaunchTimeout = TimeSpan.FromMinutes(6) },
        { "OpenTimeout", options => options.OpenTimeout = TimeSpan.FromMilliseconds(999) },
        { "CloseTimeout", options => options.CloseTimeout = Timeout.InfiniteTimeSpan },
        { "CloseTimeout", options => options.CloseTimeout = TimeSpan.FromMilliseconds(99) },
        { "ScrubTimeout", options => options.ScrubTimeout = TimeSpan.FromMilliseconds(99) },
        { "ScrubTimeout", options => options.ScrubTimeout = TimeSpan.FromSeconds(61) },
        { "HeartbeatInterval", options => options.HeartbeatInterval = TimeSpan.FromMilliseconds(99) },
        { "HeartbeatInterval", options => options.HeartbeatInterval = TimeSpan.FromSeconds(61) },
        {
            "HeartbeatInterval (10.5 s) must be at most half of KillAfter.Least (20 s)",
            options => options.HeartbeatInterval = TimeSpan.FromSeconds(10.5)
        },
        { "HeartbeatInterval (10 s) must be at most half of KillAfter.Least (19 s)", options => options.KillAfter.Least = TimeSpan.FromSeconds(19) },
        {
            "0.5 s <= Least (0.4 s)",
            options => { options.KillAfter.Least = TimeSpan.FromSeconds(0.4); options.HeartbeatInterval = TimeSpan.FromSeconds(0.2); }
        },
        { "Least (46 s) <= Default (45 s)", options => options.KillAfter.Least = TimeSpan.FromSeconds(46) },
        { "Default (121 s) <= Most (120 s)", options => options.KillAfter.Default = TimeSpan.FromSeconds(121) },
        { "Most (3600.1 s) <= 1 h", options => options.KillAfter.Most = TimeSpan.FromSeconds(3600.1) },
        { "KillAfter.Buffer (-1 s)", options => options.KillAfter.Buffer = TimeSpan.FromSeconds(-1) },
        { "KillAfter.Buffer (61 s)", options => options.KillAfter.Buffer = TimeSpan.FromSeconds(61) },
        { "MaxLeasesPerContext", options => options.MaxLeasesPerContext = 0 },
        { "MaxLeasesPerContext", options => options.MaxLeasesPerContext = 10_001 },
        { "MaxContextAge", options => options.MaxContextAge = TimeSpan.FromSeconds(0.9) },
        { "MaxContextAge", options => options.MaxContextAge = TimeSpan.FromHours(25) },
        { "MaxIdleTime", options => options.MaxIdleTime = TimeSpan.Zero },
        { "MaxIdleTime", options => options.MaxIdleTime = TimeSpan.FromHours(25) },
        { "BlankContexts", options => options.BlankContexts = -1 },
        { "BlankContexts", options => options.BlankContexts = 101 },
        { "MaxContextsServedPerCell", options => options.MaxContextsServedPerCell = 100_001 },
        { "MaxCellAge", options => options.MaxCellAge = TimeSpan.FromSeconds(0.9) },
        { "MaxCellAge", options => options.MaxCellAge = TimeSpan.FromDays(8) },
        { "MaxCellGrowth", options => options.MaxCellGrowth = 1 },
        { "MaxCellGrowth", options => options.MaxCellGrowth = 101 },
        { "MaxCellGrowth", options => options.MaxCellGrowth = double.NaN },
        { "MaxCellCrashes", options => options.MaxCellCrashes = 0 },
        { "MaxCellCrashes", options => options.MaxCellCrashes = 10_001 },
        { "MaxCellGpuDeaths", options => options.MaxCellGpuDeaths = 0 },
        { "MaxCellGpuDeaths", options => options.MaxCellGpuDeaths = 6 },
        { "MaxCellSlowdown", options => options.MaxCellSlowdown = 1.4 },
        { "MaxCellSlowdown", options => options.MaxCellSlowdown = 101 },
        { "WorkFolder", options => options.WorkFolder = "" },
        { "--proxy-server=http://x", options => options.Launch.Args = ["--lang=de", "--proxy-server=http://x"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Validate_OneMistake_NamesIt(string name, Action<ContextPoolOptions> mistake)
    {
        var options = new ContextPoolOptions();
        mistake(options);

        var result = new ContextPoolOptionsValidator().Validate(name: null, options);

        result.Failed.Should().BeTrue();
        result.FailureMessage.Should().Contain(name);
    }

    [Fact]
    public void Validate_SeveralMistakes_ListsThemAll()
    {
        var options = new ContextPoolOptions { MaxContexts = 0, TabBytes = 1, MaxContextsPerCell = 50, MaxContextsServedPerCell = 49 };

        var result = new ContextPoolOptionsValidator().Validate(name: null, options);

        result.Failures.Should().HaveCount(3);
        result.FailureMessage.Should().ContainAll("MaxContexts", "TabBytes", "49", "50");
    }

    public static TheoryData<Action<ContextPoolOptions>> Extremes => new()
    {
        _ => { },
        options => { options.MaxContexts = 1; options.MaxContextsPerCell = 1; options.MaxContextsServedPerCell = 1; },
        options => { options.MaxContexts = 10_000; options.MaxContextsPerCell = 100; options.MaxContextsServedPerCell = 100; },
        options => { options.TabBytes = options.MaxTabBytes = 4L << 30; options.CellBaseBytes = 0; options.ReserveRatio = 0; options.MinReserveBytes = 0; },
        options => { options.TabBytes = 16L << 20; options.MaxTabBytes = 64L << 30; },
        options => { options.LowWatermark = 0.1; options.HighWatermark = 0.11; options.ShedWatermark = 0.99; },
        options => { options.CloseTimeout = TimeSpan.FromSeconds(0.1); options.OpenTimeout = options.LaunchTimeout = TimeSpan.FromMinutes(5); },
        options => { options.ScrubTimeout = TimeSpan.FromSeconds(0.1); options.BlankContexts = 0; options.MaxLeasesPerContext = 1; },
        options => { options.ScrubTimeout = TimeSpan.FromMinutes(1); options.BlankContexts = 100; options.MaxLeasesPerContext = 10_000; },
        options => options.MaxContextAge = options.MaxIdleTime = options.MaxCellAge = TimeSpan.FromSeconds(1),
        options => { options.MaxContextAge = options.MaxIdleTime = TimeSpan.FromDays(1); options.MaxCellAge = TimeSpan.FromDays(7); },
        options => { options.MaxCellGrowth = 1.1; options.MaxCellCrashes = 1; options.MaxCellGpuDeaths = 1; options.MaxCellSlowdown = 1.5; },
        options => { options.MaxCellGrowth = 100; options.MaxCellCrashes = 10_000; options.MaxCellGpuDeaths = 5; options.MaxCellSlowdown = 100; },
        options => { options.HeartbeatInterval = TimeSpan.FromSeconds(0.1); options.KillAfter = KillAfter(0.5, 0.5, 0.5, 0); },
        options => { options.HeartbeatInterval = TimeSpan.FromMinutes(1); options.KillAfter = KillAfter(3600, 3600, 3600, 60); },
        options => { options.HeartbeatInterval = TimeSpan.FromSeconds(10); options.KillAfter = KillAfter(20, 20, 20, 5); },
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Validate_WithinTheRanges_Accepts(Action<ContextPoolOptions> set)
    {
        var options = new ContextPoolOptions();
        set(options);

        new ContextPoolOptionsValidator().Validate(name: null, options).Succeeded.Should().BeTrue();
    }

    private static KillAfterOptions KillAfter(double least, double usual, double most, double buffer) => new()
    {
        Least = TimeSpan.FromSeconds(least),
        Default = TimeSpan.FromSeconds(usual),
        Most = TimeSpan.FromSeconds(most),
        Buffer = TimeSpan.FromSeconds(buffer),
    };
}
