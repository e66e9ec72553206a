using System.Diagnostics;
using TestKit;

namespace BrowserFarm.IntegrationTests.TestKitTests;

public sealed class ProcessTableTests
{
    [Fact]
    public async Task DescendantsOf_ProcessWithAChild_FindsBothUntilTheyEnd()
    {
        var mark = $"mark-{Guid.NewGuid():N}";
        var start = new ProcessStartInfo("sh", ["-c", "sleep 60 & wait", mark]) { UseShellExecute = false };
        using var shell = Process.Start(start)!;
        try
        {
            await Eventually.HoldsAsync(() => ProcessTable.DescendantsOf(shell.Id).Count == 1, Bounds.Short, "the shell has its child");

            var marked = ProcessTable.WithArgument(mark);
            var descendants = ProcessTable.DescendantsOf(Environment.ProcessId);

            marked.Should().ContainSingle().Which.Pid.Should().Be(shell.Id);
            descendants.Should().Contain(process => process.Pid == shell.Id);
            descendants.Should().Contain(process => process.ParentPid == shell.Id && process.CommandLine == "sleep 60");
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }

        await shell.WaitForExitAsync();
        ProcessTable.WithArgument(mark).Should().BeEmpty();
        ProcessTable.Find(shell.Id).Should().BeNull();
    }

    [Fact]
    public void Read_ThisProcess_IsListedAndAlive()
    {
        var self = ProcessTable.Read().Single(process => process.Pid == Environment.ProcessId);

        self.IsZombie.Should().BeFalse();
        self.CommandLine.Should().NotBeEmpty();
    }
}
