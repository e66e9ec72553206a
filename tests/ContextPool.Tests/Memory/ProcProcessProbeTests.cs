using System.Diagnostics;
using ContextPool.Browsers;
using ContextPool.Memory;
using TestKit;

namespace ContextPool.Tests.Memory;

/// <summary>On real processes of ours, in both ways of finding children.</summary>
public sealed class ProcProcessProbeTests : IDisposable
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TreeOf_ProcessWithGrandchildren_FindsThemAllParentsFirst(bool hasChildrenFiles)
    {
        var probe = new ProcProcessProbe(hasChildrenFiles);
        var root = Start("sh", "-c", "sh -c 'sleep 1000 & sleep 1000 & wait' & sleep 1000 & wait");
        Start("sleep", "1000");   // a neighbour

        await Eventually.HoldsAsync(() => probe.TreeOf(root).Count == 5, Bounds.Short, "two shells and three sleepers run");

        var tree = probe.TreeOf(root);
        tree[0].Should().Match<BrowserProcess>(process => process.Id == root && process.Kind == BrowserProcessKind.Driver);
        tree.Skip(1).Should().OnlyContain(process => process.Kind == BrowserProcessKind.Other && process.Id.IsAlive);
        tree.Select(process => process.Id.Pid).Should().BeEquivalentTo(
            [root.Pid, .. ProcessTable.DescendantsOf(root.Pid).Select(process => process.Pid)]);
        foreach (var process in ProcessTable.DescendantsOf(root.Pid))
            Position(process.ParentPid).Should().BeLessThan(Position(process.Pid), "parents come first");

        int Position(int pid) => tree.ToList().FindIndex(process => process.Id.Pid == pid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TreeOf_ChildrenOfSeveralThreads_FindsThemAll(bool hasChildrenFiles)
    {
        var probe = new ProcProcessProbe(hasChildrenFiles);

        var started = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            Task.Factory.StartNew(() => Start("sleep", "1000"), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        // The kernel may leave out a child while a sibling ends, and other tests start and end theirs at the same time.
        await Eventually.HoldsAsync(
            () => started.All(probe.TreeOf(ProcessIdentity.OfThisProgram).Select(process => process.Id).Contains), Bounds.Short, "all are found, whoever started them");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TreeOf_ZombieChild_IsLeftOut(bool hasChildrenFiles)
    {
        var probe = new ProcProcessProbe(hasChildrenFiles);

        // The shell becomes a sleeper that never waits for the child it had.
        var root = Start("sh", "-c", "sleep 0 & exec sleep 1000");
        await Eventually.HoldsAsync(() => ProcessTable.DescendantsOf(root.Pid) is [{ IsZombie: true }], Bounds.Short, "the child has ended unseen");

        probe.TreeOf(root).Should().ContainSingle();
    }

    [Fact]
    public async Task TreeOf_RootGoneOrAnother_IsEmptyAndForgotten()
    {
        var probe = new ProcProcessProbe();
        var root = Start("sleep", "1000");
        probe.TreeOf(root).Should().ContainSingle();
        probe.Remembered.Should().Be(1);

        probe.TreeOf(root with { StartTicks = 1 }).Should().BeEmpty();
        root.Kill();
        await Eventually.HoldsAsync(() => !root.IsAlive, Bounds.Short, "it is dead");

        probe.TreeOf(root).Should().BeEmpty();
        probe.Remembered.Should().Be(0);
        probe.PssOf(root).Should().BeNull();
    }

    [Fact]
    public async Task TreeOf_ProcessesComeAndGo_RemembersOnlyTheLiving()
    {
        var probe = new ProcProcessProbe();
        for (var i = 0; i < 3; i++)
        {
            var root = Start("sh", "-c", "sleep 1000 & sleep 1000 & wait");
            await Eventually.HoldsAsync(() => probe.TreeOf(root).Count == 3, Bounds.Short, "a shell and two sleepers run");
            probe.Remembered.Should().Be(3, "the roots before are dead, though nobody asked for them again");

            _started[^1].Kill(entireProcessTree: true);
            await _started[^1].WaitForExitAsync().WaitAsync(Bounds.Short);
        }

        var last = Start("sh", "-c", "sleep 1000 & sleep 1000 & wait");
        await Eventually.HoldsAsync(() => probe.TreeOf(last).Count == 3, Bounds.Short, "all three run");
        probe.TreeOf(last)[^1].Id.Kill();
        await Eventually.HoldsAsync(() => probe.TreeOf(last).Count == 2, Bounds.Short, "one has ended");
        probe.Remembered.Should().Be(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TreeOf_ScriptThatStartsABrowser_TellsThemApart(bool hasChildrenFiles)
    {
        using var folder = new TempFolder();
        var probe = new ProcProcessProbe(hasChildrenFiles);

        // As on Debian: a script with the browser's arguments, and the browser below it. The browser is a shell by another name.
        var browser = folder.Combine("chromium");
        await ExecutableFile.CopyAsync("/bin/sh", browser);
        var script = folder.Combine("script");
        await ExecutableFile.WriteAsync(script, $"""
            #!/bin/sh
            {browser} -c '{browser} -c "sleep 1000; :" --type=renderer & sleep 1000; :' --user-data-dir=x
            :
            """);
        var root = Start("sh", "-c", $"{script} --user-data-dir=x & wait");

        await Eventually.HoldsAsync(() => ProcessTable.DescendantsOf(root.Pid).Count == 5, Bounds.Short, "script, browser, renderer and two sleepers run");

        for (var i = 0; i < 2; i++)   // asked again, kinds come from memory
        {
            probe.TreeOf(root).Select(process => process.Kind).Should().BeEquivalentTo(
                [BrowserProcessKind.Driver, BrowserProcessKind.Other, BrowserProcessKind.Browser, BrowserProcessKind.Renderer, BrowserProcessKind.Other],
                "what is below a renderer is not looked for");
        }
    }

    [Fact]
    public async Task TreeOf_CommandLineSetLater_IsReadAgain()
    {
        using var folder = new TempFolder();
        var probe = new ProcProcessProbe();
        var browser = folder.Combine("chromium");
        await ExecutableFile.CopyAsync("/bin/sh", browser);
        var go = folder.Combine("go");
        var root = Start("sh", "-c", $"(until [ -e {go} ]; do sleep 0.02; done; exec {browser} -c 'sleep 1000; :' --user-data-dir=x) & wait");
        await Eventually.HoldsAsync(() => probe.TreeOf(root).Count > 1, Bounds.Short, "the child runs");
        probe.TreeOf(root)[1].Kind.Should().Be(BrowserProcessKind.Other);

        await File.WriteAllTextAsync(go, "");

        await Eventually.HoldsAsync(() => probe.TreeOf(root)[1].Kind == BrowserProcessKind.Browser, Bounds.Short, "it is a browser now");
    }

    [Fact]
    public void PrivateBytes_OfThisProgram_GrowWithWhatItHolds()
    {
        var probe = new ProcProcessProbe();
        var ourselves = ProcessIdentity.Of(Environment.ProcessId)!.Value;
        var before = probe.TreeOf(ourselves)[0].PrivateBytes;
        before.Should().BeInRange(1L << 20, 4L << 30);

        var held = new byte[256 << 20];
        Array.Fill(held, (byte)1);

        (probe.TreeOf(ourselves)[0].PrivateBytes - before).Should().BeGreaterThan(200L << 20);
        GC.KeepAlive(held);
    }

    [Fact]
    public void PssOf_ThisProgram_IsWhatTheKernelSays()
    {
        var probe = new ProcProcessProbe();

        var pss = probe.PssOf(ProcessIdentity.Of(Environment.ProcessId)!.Value);

        pss.Should().BeInRange(10L << 20, 8L << 30);
        probe.PssOf(new ProcessIdentity(Environment.ProcessId, 1)).Should().BeNull("another process had that id then");
        probe.PssOf(new ProcessIdentity(int.MaxValue, 1)).Should().BeNull();
    }

    private ProcessIdentity Start(string command, params string[] arguments)
    {
        var process = Process.Start(command, arguments);
        lock (_started)
            _started.Add(process);
        return ProcessIdentity.Of(process.Id)!.Value;
    }
}
