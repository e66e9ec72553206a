using System.Diagnostics;
using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests;

/// <summary>Real processes that only sleep; whatever is left of them ends with the test.</summary>
internal sealed class SleepingProcesses : IDisposable
{
    private readonly List<Process> _started = [];

    public ProcessIdentity Start(params (string Name, string Value)[] variables) => Start("sleep", ["1000"], variables);

    /// <summary>A process that leads a group of its own, and its child.</summary>
    public ProcessIdentity StartGroup(params (string Name, string Value)[] variables) =>
        Start("setsid", ["sh", "-c", "sleep 1000 & wait"], variables);

    public ProcessIdentity Start(string command, IEnumerable<string> arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(command, arguments);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        _started.Add(process);
        return ProcessIdentity.Of(process.Id)!.Value;
    }

    /// <summary>A command that ends by itself.</summary>
    public void Run(string command, params string[] arguments)
    {
        var process = Process.Start(command, arguments);
        _started.Add(process);
        process.WaitForExit(Bounds.Short).Should().BeTrue($"{command} ends");
    }

    /// <summary>Who somebody was that is no more.</summary>
    public async Task<ProcessIdentity> EndedAsync()
    {
        var identity = Start();
        var process = _started[^1];
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Bounds.Short);
        await Eventually.HoldsAsync(() => !identity.IsAlive, Bounds.Short, "it is gone");
        return identity;
    }

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            foreach (var orphan in ProcessIdentity.InGroup(process.Id))   // who lost its parent is still in the group it led
                orphan.Kill();
            process.Dispose();
        }
    }
}
