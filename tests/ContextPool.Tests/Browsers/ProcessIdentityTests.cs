using System.Diagnostics;
using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests.Browsers;

/// <summary>On real processes of ours.</summary>
public sealed class ProcessIdentityTests : IDisposable
{
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }

    [Fact]
    public async Task Kill_RunningProcess_EndsIt()
    {
        var process = Start("sleep", "1000");
        var identity = ProcessIdentity.Of(process.Id)!.Value;
        identity.IsAlive.Should().BeTrue();

        identity.Kill();

        await process.WaitForExitAsync().WaitAsync(Bounds.Short);
        await Eventually.HoldsAsync(() => !identity.IsAlive, Bounds.Short, "a dead process is not alive");
        ProcessIdentity.Of(process.Id).Should().BeNull();
        identity.Invoking(gone => gone.Kill()).Should().NotThrow();
        identity.Invoking(gone => gone.KillGroup()).Should().NotThrow();
    }

    [Fact]
    public void Kill_IdUsedAgainByAnother_LeavesItAlone()
    {
        var process = Start("sleep", "1000");
        var predecessor = ProcessIdentity.Of(process.Id)!.Value with { StartTicks = 1 };

        predecessor.IsAlive.Should().BeFalse();
        predecessor.Kill();
        predecessor.KillGroup();

        ProcessIdentity.Of(process.Id).Should().NotBeNull();
    }

    [Fact]
    public async Task KillGroup_ProcessWithChildrenInAGroupApart_EndsThemAll()
    {
        var leader = Start("setsid", "sh", "-c", "sleep 1000.25 & sleep 1000.75 & wait");
        await Eventually.HoldsAsync(() => Children(leader.Id).Count == 2, Bounds.Short, "both children run");
        var children = Children(leader.Id);

        // As with Debian's chromium: what we know is a child of the group's leader, not the leader.
        children[0].KillGroup();

        await leader.WaitForExitAsync().WaitAsync(Bounds.Short);
        await Eventually.HoldsAsync(() => children.All(child => !child.IsAlive), Bounds.Short, "the whole group is gone");
    }

    [Fact]
    public async Task KillGroup_ProcessInOurOwnGroup_EndsOnlyThatOne()
    {
        var neighbour = Start("sleep", "1000");
        var process = Start("sleep", "1000");

        ProcessIdentity.Of(process.Id)!.Value.KillGroup();

        await process.WaitForExitAsync().WaitAsync(Bounds.Short);
        neighbour.HasExited.Should().BeFalse("and this program still runs");
    }

    [Fact]
    public void ChildrenWith_PartOfTheCommandLine_FindsOnlyOurChildren()
    {
        var mark = $"1000.{Environment.ProcessId}";
        var first = Start("sleep", mark);
        var second = Start("sleep", mark);
        Start("setsid", "sh", "-c", $"sleep {mark}9 & wait");

        ProcessIdentity.ChildrenWith(mark).Select(child => child.Pid).Should().Contain([first.Id, second.Id]);
        ProcessIdentity.ChildrenWith("no such argument").Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Of_NoSuchProcess_IsNull(int pid) => ProcessIdentity.Of(pid).Should().BeNull();

    [Fact]
    public void Of_NameWithSpacesAndBrackets_IsRead()
    {
        using var folder = new TempFolder();
        var odd = folder.Combine("a ) R 1 (b");
        File.Copy("/bin/sleep", odd);
        var process = Start(odd, "1000");

        var identity = ProcessIdentity.Of(process.Id);

        identity.Should().NotBeNull();
        identity!.Value.StartTicks.Should().BePositive();
        identity.Value.Kill();
        process.WaitForExit(Bounds.Short).Should().BeTrue();
    }

    private Process Start(string command, params string[] arguments)
    {
        var process = Process.Start(command, arguments);
        _started.Add(process);
        return process;
    }

    private static List<ProcessIdentity> Children(int parent)
    {
        var children = new List<ProcessIdentity>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && ParentOf(pid) == parent && ProcessIdentity.Of(pid) is { } child)
                children.Add(child);
        }

        return children;
    }

    private static int? ParentOf(int pid)
    {
        try
        {
            return int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
