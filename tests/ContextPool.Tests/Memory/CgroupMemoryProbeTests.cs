using ContextPool.Memory;
using TestKit;

namespace ContextPool.Tests.Memory;

/// <summary>On copies of the files as different machines show them.</summary>
public sealed class CgroupMemoryProbeTests : IDisposable
{
    private const long Megabyte = 1L << 20;
    private const string Version2Mount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";
    private const string Version1Mount = "33 30 0:29 / /sys/fs/cgroup/memory rw,relatime shared:12 - cgroup cgroup rw,memory";

    private readonly TempFolder _root = new();

    public CgroupMemoryProbeTests() =>
        Write("proc/meminfo", "MemTotal:        8388608 kB\nMemFree:          102400 kB\nMemAvailable:    4194304 kB\nBuffers:               0 kB\n");

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Sample_NoControlGroups_IsTheMachines() =>
        Sample().Should().Be(new MemorySample(8192 * Megabyte, 4096 * Megabyte, MemorySource.Host));

    [Fact]
    public void Sample_Version2NestedLimits_TakesTheTightest()
    {
        Machine(Version2Mount, "0::/outer/inner");
        Group2("sys/fs/cgroup/outer", max: $"{1000 * Megabyte}", current: 700 * Megabyte, inactiveFile: 100 * Megabyte);
        Group2("sys/fs/cgroup/outer/inner", max: "max", current: 600 * Megabyte);

        Sample().Should().Be(new MemorySample(1000 * Megabyte, 400 * Megabyte, MemorySource.CgroupV2));
    }

    [Fact]
    public void Sample_SmallestLimitIsNotTheFullestGroup_ReportsBoth()
    {
        Machine(Version2Mount, "0::/outer/inner");
        Group2("sys/fs/cgroup/outer", max: $"{3000 * Megabyte}", current: 2900 * Megabyte);
        Group2("sys/fs/cgroup/outer/inner", max: $"{1000 * Megabyte}", current: 100 * Megabyte);

        Sample().Should().Be(new MemorySample(1000 * Megabyte, 100 * Megabyte, MemorySource.CgroupV2));
    }

    [Theory]
    [InlineData("max", "max")]
    [InlineData("", "")]
    [InlineData("garbage", "-1")]
    [InlineData("99999999999999999999999999", "9223372036854771712")]
    public void Sample_Version2WithoutALimit_IsTheMachines(string max, string high)
    {
        Machine(Version2Mount, "0::/app");
        Group2("sys/fs/cgroup/app", max, current: 700 * Megabyte);
        Write("sys/fs/cgroup/app/memory.high", high);

        Sample().Should().Be(new MemorySample(8192 * Megabyte, 4096 * Megabyte, MemorySource.Host));
    }

    [Fact]
    public void Sample_Version2HighBelowMax_TakesHigh()
    {
        Machine(Version2Mount, "0::/app");
        Group2("sys/fs/cgroup/app", max: $"{2000 * Megabyte}", current: 700 * Megabyte);
        Write("sys/fs/cgroup/app/memory.high", $"{1000 * Megabyte}\n");

        Sample().Should().Be(new MemorySample(1000 * Megabyte, 300 * Megabyte, MemorySource.CgroupV2));
    }

    [Fact]
    public void Sample_LimitWiderThanTheMachineIsFree_IsTheMachines()
    {
        Machine(Version2Mount, "0::/app");
        Group2("sys/fs/cgroup/app", max: $"{6000 * Megabyte}", current: 100 * Megabyte);

        Sample().Should().Be(new MemorySample(6000 * Megabyte, 4096 * Megabyte, MemorySource.Host));
    }

    [Theory]
    [InlineData(1100, 0, 0)]        // over its limit
    [InlineData(1000, 2000, 1000)]  // more cache than usage, read a moment apart
    [InlineData(0, 0, 1000)]
    public void Sample_OddFigures_StaysWithinTheLimit(long current, long inactive, long expected)
    {
        Machine(Version2Mount, "0::/app");
        Group2("sys/fs/cgroup/app", max: $"{1000 * Megabyte}", current * Megabyte, inactive * Megabyte);

        Sample().AvailableBytes.Should().Be(expected * Megabyte);
    }

    [Fact]
    public void Sample_ContainerThatSeesItsGroupAsRoot_FindsItsLimit()
    {
        Machine(Version2Mount, "0::/");
        Group2("sys/fs/cgroup", max: $"{1000 * Megabyte}", current: 100 * Megabyte);

        Sample().Should().Be(new MemorySample(1000 * Megabyte, 900 * Megabyte, MemorySource.CgroupV2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]   // the real probe's root is "/", which ends in a slash as well
    public void Sample_LimitAtTheMountOfANestedGroup_IsFound(string rootEnd)
    {
        Machine(Version2Mount, "0::/app");
        Group2("sys/fs/cgroup", max: $"{1000 * Megabyte}", current: 100 * Megabyte);
        Group2("sys/fs/cgroup/app", max: "max", current: 100 * Megabyte);

        CgroupMemoryProbe.ForRoot(_root.Path + rootEnd).Sample().Should().Be(new MemorySample(1000 * Megabyte, 900 * Megabyte, MemorySource.CgroupV2));
    }

    [Fact]
    public void Sample_GroupNamedAsOnTheHostButNotVisible_TakesTheMount()
    {
        Machine(Version2Mount, "0::/system.slice/docker-abc.scope");
        Group2("sys/fs/cgroup", max: $"{1000 * Megabyte}", current: 100 * Megabyte);

        Sample().AvailableBytes.Should().Be(900 * Megabyte);
    }

    [Fact]
    public void Sample_MountShowsAPartOfTheHierarchy_FindsTheGroupBelowIt()
    {
        Machine("40 30 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory", "5:memory:/docker/abc/worker\n1:name=systemd:/docker/abc");
        Group1("sys/fs/cgroup/memory", limit: 2000 * Megabyte, usage: 500 * Megabyte);
        Group1("sys/fs/cgroup/memory/worker", limit: 1000 * Megabyte, usage: 400 * Megabyte, inactiveFile: 50 * Megabyte);

        Sample().Should().Be(new MemorySample(1000 * Megabyte, 650 * Megabyte, MemorySource.CgroupV1));
    }

    [Fact]
    public void Sample_GroupThatOnlyBeginsLikeTheMount_IsNotTakenForOneBelowIt()
    {
        Machine("40 30 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory", "5:memory:/docker/abcdef");
        Group1("sys/fs/cgroup/memory", limit: 2000 * Megabyte, usage: 500 * Megabyte);
        Group1("sys/fs/cgroup/memory/def", limit: 1 * Megabyte, usage: 0);

        Sample().AvailableBytes.Should().Be(1500 * Megabyte);
    }

    [Fact]
    public void Sample_Version1Nested_TakesTheTightest()
    {
        Machine(Version1Mount, "9:cpu,cpuacct:/x\n4:memory:/a/b\n0::/unified");
        Group1("sys/fs/cgroup/memory", limit: 9223372036854771712, usage: 3000 * Megabyte);
        Group1("sys/fs/cgroup/memory/a", limit: 1000 * Megabyte, usage: 600 * Megabyte, inactiveFile: 100 * Megabyte);
        Group1("sys/fs/cgroup/memory/a/b", limit: 9223372036854771712, usage: 100 * Megabyte);

        Sample().Should().Be(new MemorySample(1000 * Megabyte, 500 * Megabyte, MemorySource.CgroupV1));
    }

    [Fact]
    public void Sample_Version1WithoutALimit_IsTheMachines()
    {
        Machine(Version1Mount, "4:memory:/");
        Group1("sys/fs/cgroup/memory", limit: 9223372036854771712, usage: 3000 * Megabyte);

        Sample().Should().Be(new MemorySample(8192 * Megabyte, 4096 * Megabyte, MemorySource.Host));
    }

    [Fact]
    public void Sample_HybridMachine_ReadsTheMemoryControllerWhereItIs()
    {
        Machine(
            $"{Version1Mount}\n31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n34 30 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct",
            "4:memory:/app\n3:cpu,cpuacct:/app\n0::/app");
        Group1("sys/fs/cgroup/memory/app", limit: 1000 * Megabyte, usage: 100 * Megabyte);
        Directory.CreateDirectory(_root.Combine("sys/fs/cgroup/unified/app"));
        Group1("sys/fs/cgroup/cpu/app", limit: 1, usage: 1);

        Sample().Should().Be(new MemorySample(1000 * Megabyte, 900 * Megabyte, MemorySource.CgroupV1));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("nonsense", "nonsense")]
    [InlineData("1 2 3 - cgroup2", "0::/")]
    [InlineData(" - - - ", ":::")]
    [InlineData("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "0::/../../../../../../../etc")]
    public void Sample_GarbageInProc_IsTheMachines(string mountinfo, string cgroup)
    {
        Machine(mountinfo, cgroup);

        Sample().Should().Be(new MemorySample(8192 * Megabyte, 4096 * Megabyte, MemorySource.Host));
    }

    [Fact]
    public void Sample_GroupGoneMeanwhile_IsTheMachines()
    {
        Machine(Version2Mount, "0::/app");
        Group2("sys/fs/cgroup/app", max: $"{1000 * Megabyte}", current: 100 * Megabyte);
        var probe = CgroupMemoryProbe.ForRoot(_root.Path);
        probe.Sample().Source.Should().Be(MemorySource.CgroupV2);

        Directory.Delete(_root.Combine("sys"), recursive: true);

        probe.Sample().Source.Should().Be(MemorySource.Host);
    }

    [Fact]
    public void Sample_UsageMissing_TakesNothingForUsed()
    {
        Machine(Version2Mount, "0::/app");
        Write("sys/fs/cgroup/app/memory.max", $"{1000 * Megabyte}");

        Sample().AvailableBytes.Should().Be(1000 * Megabyte);
    }

    [Fact]
    public void Sample_OldKernelWithoutMemAvailable_TakesWhatIsFree()
    {
        Write("proc/meminfo", "MemTotal: 8388608 kB\nMemFree: 102400 kB\n");

        Sample().AvailableBytes.Should().Be(100 * Megabyte);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MemTotal:\n")]
    [InlineData("MemTotal: lots kB\n")]
    public void Sample_MemInfoUseless_ThrowsIoException(string text)
    {
        Write("proc/meminfo", text);

        this.Invoking(test => test.Sample()).Should().Throw<IOException>();
    }

    [Fact]
    public void Sample_MemInfoMissing_ThrowsIoException()
    {
        File.Delete(_root.Combine("proc/meminfo"));

        this.Invoking(test => test.Sample()).Should().Throw<IOException>();
    }

    [Fact]
    public void Sample_Version2_TakesStallsFromTheGroupThatIsTight()
    {
        Machine(Version2Mount, "0::/outer/inner");
        Write("proc/pressure/memory", Pressure(90.5, 80));
        Group2("sys/fs/cgroup/outer", max: $"{1000 * Megabyte}", current: 900 * Megabyte);
        Write("sys/fs/cgroup/outer/memory.pressure", Pressure(12.34, 5.06));
        Group2("sys/fs/cgroup/outer/inner", max: $"{2000 * Megabyte}", current: 600 * Megabyte);
        Write("sys/fs/cgroup/outer/inner/memory.pressure", Pressure(1, 0));

        var sample = Sample();

        sample.StallSome10.Should().Be(12.34);
        sample.StallFull10.Should().Be(5.06);
    }

    [Fact]
    public void Sample_NoGroupIsTight_TakesTheMachinesStalls()
    {
        Machine(Version2Mount, "0::/app");
        Write("proc/pressure/memory", Pressure(90.5, 80));
        Group2("sys/fs/cgroup/app", max: "max", current: 900 * Megabyte);
        Write("sys/fs/cgroup/app/memory.pressure", Pressure(1, 0));

        Sample().StallSome10.Should().Be(90.5);
    }

    [Theory]
    [InlineData("some avg10=3.00 avg60=0.00 avg300=0.00 total=1\n", 3.0, null)]   // as for the processor before Linux 5.13
    [InlineData("full avg10=3.00\n", null, 3.0)]
    [InlineData("", null, null)]
    [InlineData("some avg10=\nfull avg10=much\nsome avg60=5\n", null, null)]
    [InlineData("some avg10=-1\nfull avg10=NaN\n", null, null)]
    public void Sample_StallsInPartOrOdd_TakesWhatIsThere(string text, double? some, double? full)
    {
        Write("proc/pressure/memory", text);

        Sample().Should().Be(new MemorySample(8192 * Megabyte, 4096 * Megabyte, MemorySource.Host) { StallSome10 = some, StallFull10 = full });
    }

    [Fact]
    public void Sample_TightGroupHasNoStalls_TakesTheMachines()
    {
        Machine(Version1Mount, "4:memory:/a");
        Group1("sys/fs/cgroup/memory/a", limit: 1000 * Megabyte, usage: 600 * Megabyte);
        Write("proc/pressure/memory", Pressure(1.5, 0.5));

        Sample().StallFull10.Should().Be(0.5);
    }

    [Fact]
    public void Sample_Version2Nested_CountsKillsInOurOwnGroupOnly()
    {
        Machine(Version2Mount, "0::/outer/inner");
        Group2("sys/fs/cgroup/outer", max: $"{1000 * Megabyte}", current: 0);
        Write("sys/fs/cgroup/outer/memory.events", Events(high: 0, oomKill: 9));
        Group2("sys/fs/cgroup/outer/inner", max: "max", current: 0);
        Write("sys/fs/cgroup/outer/inner/memory.events", Events(high: 0, oomKill: 2));

        Sample().OomKills.Should().Be(2, "others' kills in the group around us are not ours");
    }

    [Fact]
    public void Sample_OwnGroupDoesNotCountKills_TakesTheNextOne()
    {
        Machine(Version2Mount, "0::/outer/inner");
        Write("sys/fs/cgroup/outer/memory.events", Events(high: 0, oomKill: 9));
        Group2("sys/fs/cgroup/outer/inner", max: "max", current: 0);

        Sample().OomKills.Should().Be(9);
    }

    [Fact]
    public void Sample_Version1_CountsKills()
    {
        Machine(Version1Mount, "4:memory:/a");
        Group1("sys/fs/cgroup/memory", limit: 9223372036854771712, usage: 0);
        Write("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");
        Group1("sys/fs/cgroup/memory/a", limit: 1000 * Megabyte, usage: 0);
        Write("sys/fs/cgroup/memory/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");

        Sample().OomKills.Should().Be(3);
        Sample().HighEvents.Should().BeNull("version 1 has no such limit");
    }

    [Fact]
    public void Sample_OldKernel_KnowsNoKills()
    {
        Machine(Version1Mount, "4:memory:/a");
        Group1("sys/fs/cgroup/memory/a", limit: 1000 * Megabyte, usage: 0);
        Write("sys/fs/cgroup/memory/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");

        Sample().OomKills.Should().BeNull();
    }

    [Fact]
    public void Sample_Version2Nested_AddsThrottlingOfEveryGroupThatHasAHigh()
    {
        Machine(Version2Mount, "0::/a/b/c");
        foreach (var (folder, high, events) in new[] { ("a", $"{900 * Megabyte}", 5), ("a/b", "max", 100), ("a/b/c", $"{500 * Megabyte}", 2) })
        {
            Group2($"sys/fs/cgroup/{folder}", max: $"{1000 * Megabyte}", current: 0);
            Write($"sys/fs/cgroup/{folder}/memory.high", high);
            Write($"sys/fs/cgroup/{folder}/memory.events", Events(events, oomKill: 0));
        }

        Sample().HighEvents.Should().Be(7);
    }

    [Fact]
    public void Sample_NoGroupHasAHigh_KnowsNoThrottling()
    {
        Machine(Version2Mount, "0::/app");
        Group2("sys/fs/cgroup/app", max: $"{1000 * Megabyte}", current: 0);
        Write("sys/fs/cgroup/app/memory.events", Events(high: 3, oomKill: 0));

        Sample().HighEvents.Should().BeNull();
    }

    [Theory]
    [InlineData(1000, 250, 0.75)]
    [InlineData(1000, 1000, 0)]
    [InlineData(1000, 0, 1)]
    [InlineData(1000, 2000, 0)]     // more is free than we may have
    [InlineData(1000, -5, 1)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 1000, 0)]
    [InlineData(-1, 0, 0)]
    [InlineData(long.MaxValue, long.MinValue, 1)]
    public void UsedRatio_AnyFigures_IsBetweenNothingAndAll(long limit, long available, double expected) =>
        new MemorySample(limit, available, MemorySource.Host).UsedRatio.Should().BeApproximately(expected, 1e-9);

    [Fact]
    public void Sample_ThisMachine_IsPlausible()
    {
        var sample = CgroupMemoryProbe.ForThisProcess().Sample();

        sample.AvailableBytes.Should().BePositive().And.BeLessThanOrEqualTo(sample.LimitBytes);
        sample.LimitBytes.Should().BeLessThan(1L << 50);
        sample.UsedRatio.Should().BeInRange(0.001, 1);
        sample.StallSome10.Should().Match(stall => stall == null || (stall >= 0 && stall <= 100));
        sample.StallFull10.Should().Match(stall => stall == null || (stall >= 0 && stall <= sample.StallSome10));
    }

    private static string Pressure(double some, double full) => FormattableString.Invariant(
        $"some avg10={some:0.00} avg60=70.00 avg300=60.00 total=157391\nfull avg10={full:0.00} avg60=50.00 avg300=40.00 total=81905\n");

    private static string Events(long high, long oomKill) => $"low 11\nhigh {high}\nmax 12\noom 13\noom_kill {oomKill}\noom_group_kill 14\n";

    private MemorySample Sample() => CgroupMemoryProbe.ForRoot(_root.Path).Sample();

    private void Machine(string mountinfo, string cgroup)
    {
        Write("proc/self/mountinfo", $"22 28 0:21 / /proc rw - proc proc rw\n{mountinfo}\n");
        Write("proc/self/cgroup", cgroup + "\n");
    }

    private void Group2(string folder, string max, long current, long inactiveFile = 0)
    {
        Write($"{folder}/memory.max", max + "\n");
        Write($"{folder}/memory.high", "max\n");
        Write($"{folder}/memory.current", $"{current}\n");
        Write($"{folder}/memory.stat", $"anon 1\ninactive_file_extra 5\ninactive_file {inactiveFile}\nactive_file 9\n");
    }

    private void Group1(string folder, long limit, long usage, long inactiveFile = 0)
    {
        Write($"{folder}/memory.limit_in_bytes", $"{limit}\n");
        Write($"{folder}/memory.usage_in_bytes", $"{usage}\n");
        Write($"{folder}/memory.stat", $"inactive_file 99999\ntotal_inactive_file {inactiveFile}\n");
    }

    private void Write(string path, string text)
    {
        var full = _root.Combine(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
