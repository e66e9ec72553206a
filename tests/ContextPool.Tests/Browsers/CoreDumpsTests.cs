using System.Diagnostics;
using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests.Browsers;

public sealed class CoreDumpsTests
{
    [Fact]
    public async Task Forbid_ProcessWithoutALimit_HasOneAndSoHaveItsChildren()
    {
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "ulimit -c unlimited; read go; sleep 1000"]) { UseShellExecute = false, RedirectStandardInput = true })!;
        try
        {
            await Eventually.HoldsAsync(() => LimitOf(parent.Id) == "unlimited", Bounds.Short, "it may dump as much as it likes");

            CoreDumps.Forbid(ProcessIdentity.Of(parent.Id));

            LimitOf(parent.Id).Should().Be("0");
            await parent.StandardInput.WriteLineAsync();
            await Eventually.HoldsAsync(() => ProcessTable.DescendantsOf(parent.Id).Count == 1, Bounds.Short, "it has a child");
            LimitOf(ProcessTable.DescendantsOf(parent.Id)[0].Pid).Should().Be("0");
        }
        finally
        {
            parent.Kill(entireProcessTree: true);
        }
    }

    private static string LimitOf(int pid) =>
        File.ReadLines($"/proc/{pid}/limits").Single(line => line.StartsWith("Max core file size", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
}
