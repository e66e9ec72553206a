using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests.Browsers;

/// <summary>On real processes of ours.</summary>
public sealed class ProcessGroupTests : IDisposable
{
    private readonly SleepingProcesses _processes = new();

    public void Dispose() => _processes.Dispose();

    [Fact]
    public async Task Kill_BrowserGone_EndsOnlyChromiumsChildrenOfItsGroup()
    {
        // A leader that outlives its "browser", a child with Chromium's mark, and one without.
        var leader = _processes.Start(
            "setsid", ["sh", "-c", "sleep 1000 & sh -c 'sleep 1001; :' $MARK & sleep 1002 & wait"], ("MARK", "--type=renderer"));
        // A child has its parent's command line until it becomes what it is to be.
        ProcessIdentity? Child(string begin) => ProcessIdentity.ChildrenOf(leader.Pid)
            .Where(child => child.CommandLine.StartsWith(begin, StringComparison.Ordinal)).Select(child => (ProcessIdentity?)child).FirstOrDefault();
        await Eventually.HoldsAsync(
            () => Child("sleep\01000") is not null && Child("sh\0-c\0sleep 1001") is not null && Child("sleep\01002") is not null, Bounds.Short, "its children run");
        var browser = Child("sleep\01000")!.Value;
        var renderer = Child("sh\0-c\0sleep 1001")!.Value;
        var other = Child("sleep\01002")!.Value;
        var group = ProcessGroup.Of(browser)!.Value;
        group.Id.Should().Be(leader.Pid);
        browser.Kill();
        await Eventually.HoldsAsync(() => !browser.IsAlive, Bounds.Short, "the browser is gone");

        group.Kill();

        await Eventually.HoldsAsync(() => !renderer.IsAlive, Bounds.Short, "a renderer goes with its browser");
        other.IsAlive.Should().BeTrue("it does not look like Chromium's");
        (group with { Browser = browser with { StartTicks = long.MaxValue } }).Kill();
        leader.IsAlive.Should().BeTrue();
    }

    [Fact]
    public async Task Of_ProcessGone_IsNull() => ProcessGroup.Of(await _processes.EndedAsync()).Should().BeNull();
}
