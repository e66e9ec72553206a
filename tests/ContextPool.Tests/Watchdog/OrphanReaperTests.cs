using ContextPool.Browsers;
using ContextPool.Watchdog;
using TestKit;

namespace ContextPool.Tests.Watchdog;

/// <summary>On real folders and real processes of ours.</summary>
public sealed class OrphanReaperTests : PoolTest, IDisposable
{
    private readonly TempFolder _root = new();
    private readonly SleepingProcesses _processes = new();

    public void Dispose()
    {
        _processes.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task Sweep_FolderOfADeadProgram_RemovesItAndKillsWhatRunsOutOfIt()
    {
        var orphaned = FolderOf(await _processes.EndedAsync());
        var leftBehind = _processes.Start(("TMPDIR", orphaned));
        File.WriteAllText(Path.Join(orphaned, "profile"), "x");

        OrphanReaper.Sweep(_root.Path, Log).Should().Be(1);

        Directory.Exists(orphaned).Should().BeFalse();
        await Eventually.HoldsAsync(() => !leftBehind.IsAlive, Bounds.Short, "its process is killed");
        Log.WithId(1302).Should().ContainSingle().Which.Text.Should().ContainAll(orphaned, "1 of its processes");
        OrphanReaper.Sweep(_root.Path, Log).Should().Be(0, "nothing is left to do");
    }

    [Fact]
    public async Task Sweep_ProcessInAGroupApart_IsKilledWithItsGroup()
    {
        var orphaned = FolderOf(await _processes.EndedAsync());
        var leader = _processes.StartGroup(("TMPDIR", orphaned));
        await Eventually.HoldsAsync(() => ProcessIdentity.ChildrenOf(leader.Pid).Count == 1, Bounds.Short, "its child runs");
        var child = ProcessIdentity.ChildrenOf(leader.Pid)[0];

        OrphanReaper.Sweep(_root.Path, Log);

        await Eventually.HoldsAsync(() => !leader.IsAlive && !child.IsAlive, Bounds.Short, "all of them are gone");
    }

    [Fact]
    public async Task Sweep_OrphanInTheGroupOfWhoStartedItsProgram_IsKilledAndNobodyElseOfTheGroup()
    {
        var orphaned = FolderOf(await _processes.EndedAsync());
        var shell = _processes.Start("setsid", ["sh", "-c", $"TMPDIR='{orphaned}' sleep 1000 & sleep 1001 & sleep 1002"]);
        await Eventually.HoldsAsync(() => ProcessIdentity.ChildrenOf(shell.Pid).Count == 3, Bounds.Short, "its children run");
        await Eventually.HoldsAsync(() => ProcessIdentity.WithEnvironment("TMPDIR", orphaned).Count == 1, Bounds.Short, "one of them is what a dead program left");
        var driver = ProcessIdentity.WithEnvironment("TMPDIR", orphaned)[0];

        OrphanReaper.Sweep(_root.Path, Log).Should().Be(1);

        await Eventually.HoldsAsync(() => !driver.IsAlive, Bounds.Short, "it is killed");
        shell.IsAlive.Should().BeTrue("a script that starts a farm is not the farm's");
        ProcessIdentity.ChildrenOf(shell.Pid).Should().HaveCount(2);
    }

    [Fact]
    public void Sweep_FolderOfALivingProgram_IsLeftAloneWithItsProcesses()
    {
        var owner = _processes.Start();
        var folder = FolderOf(owner);
        var tenant = _processes.Start(("TMPDIR", folder));

        OrphanReaper.Sweep(_root.Path, Log).Should().Be(0);

        Directory.Exists(folder).Should().BeTrue();
        tenant.IsAlive.Should().BeTrue();
        owner.IsAlive.Should().BeTrue();
    }

    [Fact]
    public void Sweep_OwnerWhoseIdIsUsedAgain_IsDead()
    {
        var other = _processes.Start();
        var folder = FolderOf(other with { StartTicks = other.StartTicks - 1 });

        OrphanReaper.Sweep(_root.Path, Log).Should().Be(1);

        Directory.Exists(folder).Should().BeFalse();
        other.IsAlive.Should().BeTrue("it only has the same number");
    }

    [Fact]
    public async Task Sweep_ForeignProcesses_AreLeftAlone()
    {
        var ended = await _processes.EndedAsync();
        var orphaned = FolderOf(ended);
        var unmarked = _processes.Start();
        var elsewhere = _processes.Start(("TMPDIR", orphaned + "0"));
        var inTheParent = _processes.Start(("TMPDIR", _root.Path));
        var below = _processes.Start(("TMPDIR", Path.Join(orphaned, "x")));
        var otherVariable = _processes.Start(("OTHER", orphaned), ("XTMPDIR", orphaned));
        Note(orphaned, unmarked with { StartTicks = unmarked.StartTicks - 1 });   // the browser that had this number

        OrphanReaper.Sweep(_root.Path, Log).Should().Be(1);

        Directory.Exists(orphaned).Should().BeFalse();
        foreach (var process in new[] { unmarked, elsewhere, inTheParent, below, otherVariable })
            process.IsAlive.Should().BeTrue();
    }

    [Fact]
    public async Task Sweep_NotedBrowserLives_IsKilledThoughItBearsNoMark()
    {
        var orphaned = FolderOf(await _processes.EndedAsync());
        var leader = _processes.StartGroup();
        await Eventually.HoldsAsync(() => ProcessIdentity.ChildrenOf(leader.Pid).Count == 1, Bounds.Short, "its child runs");
        var child = ProcessIdentity.ChildrenOf(leader.Pid)[0];
        Note(orphaned, leader);

        OrphanReaper.Sweep(_root.Path, Log).Should().Be(1);

        await Eventually.HoldsAsync(() => !leader.IsAlive && !child.IsAlive, Bounds.Short, "all of them are gone");
    }

    [Fact]
    public async Task Sweep_OtherNames_AreIgnored()
    {
        var ended = await _processes.EndedAsync();
        string[] names = ["other", $"cell-{ended.Pid}-{ended.StartTicks}", $"cell-x-{ended.StartTicks}-1", $"xcell-{ended.Pid}-{ended.StartTicks}-1", $"cell-{ended.Pid}-{ended.StartTicks}-1-2"];
        foreach (var name in names)
            Directory.CreateDirectory(_root.Combine(name));
        File.WriteAllText(_root.Combine($"cell-{ended.Pid}-{ended.StartTicks}-9"), "a file");

        OrphanReaper.Sweep(_root.Path, Log).Should().Be(0);

        names.Should().OnlyContain(name => Directory.Exists(_root.Combine(name)));
        File.Exists(_root.Combine($"cell-{ended.Pid}-{ended.StartTicks}-9")).Should().BeTrue();
    }

    [Fact]
    public async Task Sweep_OwnFolder_IsRemovedOnlyWhenItsProcessesAreNotedAndGone()
    {
        var unused = CellFolder.Create(_root.Path);
        var used = CellFolder.Create(_root.Path);
        var left = CellFolder.Create(_root.Path);
        var living = _processes.Start();
        used.Note(driver: await _processes.EndedAsync(), browser: living);
        left.Note(driver: await _processes.EndedAsync(), browser: null);

        OrphanReaper.Sweep(_root.Path, Log).Should().Be(1);

        Directory.Exists(unused.Path).Should().BeTrue("its browser may just be starting");
        Directory.Exists(used.Path).Should().BeTrue("one of its processes lives");
        Directory.Exists(left.Path).Should().BeFalse();
        living.IsAlive.Should().BeTrue();
    }

    [Fact]
    public void Sweep_NoRoot_IsNothing() => OrphanReaper.Sweep(_root.Combine("missing"), Log).Should().Be(0);

    [Fact]
    public async Task Watchdog_StartAndEveryMinute_Sweeps()
    {
        var atTheStart = FolderOf(await _processes.EndedAsync(), number: 1);
        var pool = CreatePool(options => options.WorkFolder = _root.Path);
        await Eventually.HoldsAsync(() => !Directory.Exists(atTheStart), Bounds.Short, "what was there at the start is swept");
        var later = FolderOf(await _processes.EndedAsync(), number: 2);

        Clock.Advance(TimeSpan.FromSeconds(59));
        Directory.Exists(later).Should().BeTrue();
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => !Directory.Exists(later), Bounds.Short, "what came later is swept after a minute");
        await pool.DisposeAsync();
    }

    private string FolderOf(ProcessIdentity owner, int number = 1) =>
        Directory.CreateDirectory(_root.Combine($"cell-{owner.Pid}-{owner.StartTicks}-{number}")).FullName;

    private static void Note(string folder, ProcessIdentity process) =>
        File.WriteAllText(Path.Join(folder, "processes.json"), $$"""{"Browser":{"Id":{{ProcessIdentity.ReadStat(process.Pid)!.Value.GroupId}},"Browser":{"Pid":{{process.Pid}},"StartTicks":{{process.StartTicks}} } } }""");
}
