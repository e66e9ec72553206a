using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary>Kills a renderer below this program, whoever's it is: SIGKILL, by process id.</summary>
internal sealed class RendererKiller
{
    private int _killed;

    public int Killed => Volatile.Read(ref _killed);

    /// <param name="choice">Which one, counted around.</param>
    public void KillOne(int choice)
    {
        var renderers = ProcessTable.DescendantsOf(Environment.ProcessId)
            .Where(process => !process.IsZombie && process.CommandLine.Contains("--type=renderer", StringComparison.Ordinal)).ToList();
        if (renderers.Count == 0)
            return;

        Signal.Kill(renderers[choice % renderers.Count].Pid);
        Interlocked.Increment(ref _killed);
    }
}
