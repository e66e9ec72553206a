using ContextPool.Browsers;

namespace ContextPool.Memory;

/// <summary>Reads control groups (version 2, then 1) and the machine, and takes the tightest.</summary>
/// <remarks>
/// Our own group is found through <c>/proc/self/cgroup</c> and <c>/proc/self/mountinfo</c> and every ancestor is read too, for the
/// smallest of nested limits wins. Sources: Linux <c>Documentation/admin-guide/cgroup-v2.rst</c> (memory.max, memory.high,
/// memory.current, memory.stat), <c>cgroup-v1/memory.rst</c> (limit_in_bytes, usage_in_bytes, total_inactive_file), proc(5). What the
/// counters and stalls are taken from when groups are nested is told at <see cref="MemorySample"/>.
/// </remarks>
public sealed class CgroupMemoryProbe : IMemoryProbe
{
    private readonly string _root;
    private readonly IReadOnlyList<ControlGroup> _levels;

    private CgroupMemoryProbe(string root, IReadOnlyList<ControlGroup> levels)
    {
        _root = root;
        _levels = levels;
    }

    /// <summary>The probe for this process on this machine.</summary>
    public static CgroupMemoryProbe ForThisProcess() => ForRoot("/");

    /// <summary>The same on a copy of the file tree below <paramref name="root"/>, for tests.</summary>
    internal static CgroupMemoryProbe ForRoot(string root) => new(root, FindLevels(root));

    public MemorySample Sample()
    {
        var (total, free) = ReadHost();
        var sample = new MemorySample(total, free, MemorySource.Host);
        ControlGroup? tightest = null;
        long? oomKills = null, highEvents = null;

        foreach (var level in _levels)   // from our own group outwards
        {
            oomKills ??= level.ReadOomKills();
            if (level.Read() is not { } group)
                continue;

            if (group.HasHigh && level.ReadHighEvents() is { } events)
                highEvents = (highEvents ?? 0) + events;

            var limit = Math.Min(sample.LimitBytes, group.LimitBytes);
            if (group.AvailableBytes < sample.AvailableBytes)
            {
                sample = new MemorySample(limit, group.AvailableBytes, level.Source);
                tightest = level;
            }
            else
            {
                sample = sample with { LimitBytes = limit };
            }
        }

        var stall = tightest?.ReadStall() ?? MemoryStall.Read(Path.Join(_root, "proc/pressure/memory"));
        return sample with { StallSome10 = stall?.Some10, StallFull10 = stall?.Full10, OomKills = oomKills, HighEvents = highEvents };
    }

    private (long Total, long Available) ReadHost()
    {
        Span<byte> buffer = stackalloc byte[1024];   // the lines that matter are the first three
        ReadOnlySpan<byte> text = buffer[..ProcFile.Read(Path.Join(_root, "proc/meminfo"), buffer)];
        var total = KeyedNumbers.Find(text, "MemTotal", ':') ?? throw new IOException("proc/meminfo has no MemTotal line.");
        var available = KeyedNumbers.Find(text, "MemAvailable", ':') ?? KeyedNumbers.Find(text, "MemFree", ':') ?? 0;
        return (total << 10, available << 10);
    }

    private static List<ControlGroup> FindLevels(string root)
    {
        var levels = new List<ControlGroup>();
        try
        {
            var groups = File.ReadAllLines(Path.Join(root, "proc/self/cgroup"));
            foreach (var mount in File.ReadLines(Path.Join(root, "proc/self/mountinfo")).Select(CgroupMount.Parse).OfType<CgroupMount>())
            {
                if (mount.PathOf(groups) is not { } path)
                    continue;

                var top = root.TrimEnd('/') + mount.MountPoint;   // no double slash: below, lengths are compared
                var folder = Path.Join(top, mount.Below(path));
                if (!Directory.Exists(folder))
                    folder = top;   // a container sees its own group as the root of the mount

                for (var at = folder; at.Length >= top.TrimEnd('/').Length; at = Path.GetDirectoryName(at) ?? "")
                    levels.Add(new ControlGroup(at, mount.IsVersion2 ? MemorySource.CgroupV2 : MemorySource.CgroupV1));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No control groups to be seen: the machine's own figures hold.
        }

        return levels;
    }

    /// <summary>A control-group file system: its root inside the hierarchy and where it is mounted.</summary>
    private sealed record CgroupMount(string Root, string MountPoint, bool IsVersion2)
    {
        /// <summary>Reads one mountinfo line: <c>36 35 98:0 /root /mount/point options… - type source super-options</c> (proc(5)).</summary>
        public static CgroupMount? Parse(string line)
        {
            var halves = line.Split(" - ", 2);
            var left = halves[0].Split(' ');
            var right = halves.Length == 2 ? halves[1].Split(' ') : [];
            if (left.Length < 5 || right.Length < 1)
                return null;

            var isVersion2 = right[0] == "cgroup2";
            var isMemoryV1 = right[0] == "cgroup" && right[^1].Split(',').Contains("memory", StringComparer.Ordinal);
            return isVersion2 || isMemoryV1 ? new CgroupMount(left[3], left[4], isVersion2) : null;
        }

        /// <summary>Our group in this hierarchy, from <c>/proc/self/cgroup</c> lines like <c>4:memory:/a/b</c> or <c>0::/a/b</c>.</summary>
        public string? PathOf(IEnumerable<string> groups)
        {
            foreach (var group in groups)
            {
                var parts = group.Split(':', 3);
                if (parts.Length != 3)
                    continue;

                var isOurs = IsVersion2
                    ? parts[0] == "0" && parts[1].Length == 0
                    : parts[1].Split(',').Contains("memory", StringComparer.Ordinal);
                if (isOurs)
                    return parts[2];
            }

            return null;
        }

        public string Below(string path) =>
            Root == "/" ? path
            : path == Root || path.StartsWith(Root + "/", StringComparison.Ordinal) ? path[Root.Length..]
            : "/";
    }
}
