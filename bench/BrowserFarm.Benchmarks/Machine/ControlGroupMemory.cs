using System.Globalization;

namespace BrowserFarm.Benchmarks.Machine;

/// <summary>The memory control group that this program runs in, version 1 or 2.</summary>
/// <remarks>On purpose not the pool's own probe: a run must not ask the code it judges. Source: kernel documentation, cgroup-v1/memory and cgroup-v2.</remarks>
internal sealed class ControlGroupMemory
{
    private readonly string _folder;
    private readonly bool _isSecond;

    private ControlGroupMemory(string folder, bool isSecond)
    {
        _folder = folder;
        _isSecond = isSecond;
    }

    /// <summary>Bytes; null without a limit.</summary>
    public long? LimitBytes =>
        Number(_isSecond ? "memory.max" : "memory.limit_in_bytes") is { } limit and < 1L << 60 ? limit : null;

    /// <summary>Bytes in use now, file cache included; 0 when unknown.</summary>
    public long UsedBytes => Number(_isSecond ? "memory.current" : "memory.usage_in_bytes") ?? 0;

    /// <summary>The most bytes that were ever in use, file cache included; 0 when unknown.</summary>
    public long PeakBytes => Number(_isSecond ? "memory.peak" : "memory.max_usage_in_bytes") ?? 0;

    /// <summary>Processes the kernel has killed in this group for want of memory.</summary>
    public long OomKills => Field(_isSecond ? "memory.events" : "memory.oom_control", "oom_kill");

    /// <summary>Null when there is none to be seen.</summary>
    public static ControlGroupMemory? OfThisProcess()
    {
        string? second = null;
        foreach (var line in File.ReadLines("/proc/self/cgroup"))
        {
            var parts = line.Split(':', 3);
            if (parts[1].Split(',').Contains("memory"))
                return Below("/sys/fs/cgroup/memory", parts[2], "memory.usage_in_bytes", isSecond: false);
            if (parts[0] == "0")
                second = parts[2];
        }

        return second is null ? null : Below("/sys/fs/cgroup", second, "memory.events", isSecond: true);
    }

    // In a container the group's own folder is mounted at the top and the path leads nowhere.
    private static ControlGroupMemory? Below(string mount, string path, string proof, bool isSecond) =>
        new[] { mount + path.TrimEnd('/'), mount }
            .Where(folder => File.Exists(Path.Combine(folder, proof)))
            .Select(folder => new ControlGroupMemory(folder, isSecond))
            .FirstOrDefault();

    private long? Number(string file) =>
        long.TryParse(Read(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private long Field(string file, string name) => Read(file).Split('\n')
        .Where(line => line.StartsWith(name + " ", StringComparison.Ordinal))
        .Select(line => long.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture))
        .FirstOrDefault();

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(_folder, file));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
