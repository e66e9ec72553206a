using System.Globalization;
using TestKit;

namespace BrowserFarm.Benchmarks.Machine;

/// <summary>Every browser and driver process that was ever below this program, and which of them outlive their cell.</summary>
/// <remarks>A process whose parent died moves below process 1, where only a list of those seen before finds it again. Not safe for concurrent use.</remarks>
internal sealed class ProcessCensus
{
    private readonly Dictionary<int, string> _seen = [];

    /// <summary>The most memory that all of them ever had together.</summary>
    /// <value>Bytes, proportional share (PSS); as far as <see cref="MeasureMemory"/> saw it.</value>
    public long PeakBytes { get; private set; }

    /// <summary>Notes the processes that run now.</summary>
    /// <returns>Those below this program, in no order.</returns>
    public IReadOnlyList<ProcessEntry> Take()
    {
        var below = ProcessTable.DescendantsOf(Environment.ProcessId).Where(process => !process.IsZombie && process.CommandLine.Length > 0).ToList();
        foreach (var process in below)
            _seen[process.Pid] = process.CommandLine;
        return below;
    }

    /// <summary>Those ever seen that still run and are not below the browser or the driver of a living cell.</summary>
    public IReadOnlyList<ProcessEntry> Orphans(IReadOnlyList<(int? Browser, int? Driver)> cells)
    {
        Take();
        var parents = ProcessTable.Read().ToDictionary(process => process.Pid);
        var housed = new HashSet<int>();
        foreach (var (browser, driver) in cells)
        {
            if (driver is { } known)
                housed.Add(known);
            if (browser is { } pid)
                housed.Add(TopBelowUs(pid, parents));
        }

        return
        [
            .. parents.Values.Where(process => _seen.TryGetValue(process.Pid, out var commandLine)
                && commandLine == process.CommandLine && !process.IsZombie && !IsBelow(process, housed, parents)),
        ];
    }

    /// <summary>Adds up the memory of all that run now.</summary>
    /// <remarks>Source: <c>Pss</c> in <c>/proc/[pid]/smaps_rollup</c>, proc(5); some milliseconds per process.</remarks>
    public long MeasureMemory()
    {
        var bytes = Take().Sum(process => PssBytes(process.Pid));
        PeakBytes = Math.Max(PeakBytes, bytes);
        return bytes;
    }

    private static bool IsBelow(ProcessEntry process, HashSet<int> tops, Dictionary<int, ProcessEntry> all)
    {
        for (var at = process; at is not null; at = all.GetValueOrDefault(at.ParentPid))
        {
            if (tops.Contains(at.Pid))
                return true;
        }

        return false;
    }

    /// <summary>The child of this program that a process descends from: the driver of its cell.</summary>
    private static int TopBelowUs(int pid, Dictionary<int, ProcessEntry> all)
    {
        for (var at = all.GetValueOrDefault(pid); at is not null; at = all.GetValueOrDefault(at.ParentPid))
        {
            if (at.ParentPid == Environment.ProcessId)
                return at.Pid;
        }

        return pid;
    }

    private static long PssBytes(int pid)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{pid}/smaps_rollup"))
            {
                if (line.StartsWith("Pss:", StringComparison.Ordinal))
                    return long.Parse(line["Pss:".Length..^"kB".Length], CultureInfo.InvariantCulture) << 10;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile.
        }

        return 0;
    }
}
