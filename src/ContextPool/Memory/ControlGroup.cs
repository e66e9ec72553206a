using System.Buffers.Text;
using System.Globalization;
using ContextPool.Browsers;

namespace ContextPool.Memory;

/// <summary>One control group's folder, read anew by every call.</summary>
/// <param name="Folder">Full path; the folder may vanish at any time.</param>
/// <param name="Source">Which version's files it holds.</param>
internal sealed record ControlGroup(string Folder, MemorySource Source)
{
    /// <summary>Limits at or above this are version 1's way to say "none": 2^63 rounded down to a page.</summary>
    private const long NoLimit = 1L << 60;

    private bool IsVersion2 => Source == MemorySource.CgroupV2;

    /// <summary>Its limit, what is left of it, and whether it has a <c>memory.high</c>; null when it has no limit or is gone.</summary>
    public (long LimitBytes, long AvailableBytes, bool HasHigh)? Read()
    {
        var high = IsVersion2 ? ReadNumber("memory.high") ?? NoLimit : NoLimit;
        var limit = Math.Min(high, ReadNumber(IsVersion2 ? "memory.max" : "memory.limit_in_bytes") ?? NoLimit);
        if (limit >= NoLimit)
            return null;

        var usage = ReadNumber(IsVersion2 ? "memory.current" : "memory.usage_in_bytes") ?? 0;

        // Without the figure, counting the cache as used is the careful side.
        var cache = ReadKeyed("memory.stat", IsVersion2 ? "inactive_file" : "total_inactive_file") ?? 0;
        var used = Math.Max(0, usage - cache);
        return (limit, Math.Max(0, limit - used), high < NoLimit);
    }

    /// <summary>Processes killed in this group for want of memory; null when the kernel does not count them here.</summary>
    public long? ReadOomKills() => ReadKeyed(IsVersion2 ? "memory.events" : "memory.oom_control", "oom_kill");

    /// <summary>Times this group was over its <c>memory.high</c>; null under version 1.</summary>
    public long? ReadHighEvents() => IsVersion2 ? ReadKeyed("memory.events", "high") : null;

    /// <summary>How long its tasks waited for memory; null under version 1, or when the kernel does not count it.</summary>
    public MemoryStall? ReadStall() => IsVersion2 ? MemoryStall.Read(Path.Join(Folder, "memory.pressure")) : null;

    private long? ReadNumber(string file)
    {
        Span<byte> buffer = stackalloc byte[64];
        ReadOnlySpan<byte> text = buffer[..ProcFile.Read(Path.Join(Folder, file), buffer)];
        return Utf8Parser.TryParse(text, out long number, out var length) && text[length..].Trim("\n "u8).IsEmpty && number >= 0 ? number : null;
    }

    private long? ReadKeyed(string file, string key)
    {
        // The longest, memory.stat, has some sixty lines of up to forty bytes.
        Span<byte> buffer = stackalloc byte[8192];
        return KeyedNumbers.Find(buffer[..ProcFile.Read(Path.Join(Folder, file), buffer)], key, ' ');
    }
}

/// <summary>Pressure stall information: shares of the last ten seconds that were spent waiting for memory.</summary>
/// <param name="Some10">Percent in which at least one task waited; null when the line is missing.</param>
/// <param name="Full10">Percent in which all tasks waited; null when the line is missing.</param>
internal readonly record struct MemoryStall(double? Some10, double? Full10)
{
    /// <summary>Reads lines like <c>some avg10=0.00 avg60=0.00 avg300=0.00 total=0</c>; null when there is no such file or nothing in it.</summary>
    /// <remarks>A kernel may have the file and refuse to read it (EOPNOTSUPP) when it was started without <c>psi=1</c>.</remarks>
    public static MemoryStall? Read(string path)
    {
        var stall = default(MemoryStall);
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                if (Average(line, "some avg10=") is { } some)
                    stall = stall with { Some10 = some };
                else if (Average(line, "full avg10=") is { } full)
                    stall = stall with { Full10 = full };
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }

        return stall == default ? null : stall;
    }

    private static double? Average(string line, string start)
    {
        if (!line.StartsWith(start, StringComparison.Ordinal))
            return null;

        var end = line.IndexOf(' ', start.Length);
        var number = end < 0 ? line.AsSpan(start.Length) : line.AsSpan(start.Length, end - start.Length);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100
            ? percent
            : null;
    }
}
