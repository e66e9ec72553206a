using System.CommandLine;
using BrowserFarm.Benchmarks.Reporting;

namespace BrowserFarm.Benchmarks.Scaling;

/// <summary><c>./farm bench scale</c>: what the farm's own part costs with more cores than this machine has, what contexts take, and what a job costs the queue as it grows.</summary>
internal static class ScaleCommand
{
    public static Command Create() => SectionedCommand.Create(
        "scale",
        "What pages cost as the farm grows: cores, contexts, queued jobs.",
        [
            ("cores", SimulatedCores.RunAsync),
            ("contexts", ContextMemory.RunAsync),
            ("queue", QueueGrowth.RunAsync),
        ]);
}
