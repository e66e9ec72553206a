using System.Globalization;

namespace BrowserFarm.Scheduling;

/// <summary>How busy the machine's processors were since the last look.</summary>
/// <remarks>Source: first line of <c>/proc/stat</c>, proc(5); time stolen by a hypervisor counts as busy. A container's own quota is not seen here.</remarks>
internal sealed class ProcessorLoad(string file = "/proc/stat")
{
    private (long Busy, long All)? _last;

    /// <summary>Share of all processors' time, 0 to 1; null at the first look, and where the file cannot be read.</summary>
    public double? Look()
    {
        if (Read() is not { } now)
            return null;

        var before = _last;
        _last = now;
        return before is { } last && now.All > last.All ? Math.Clamp((double)(now.Busy - last.Busy) / (now.All - last.All), 0, 1) : null;
    }

    private (long Busy, long All)? Read()
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault() ?? "";
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 9 || fields[0] != "cpu")
                return null;

            // user nice system idle iowait irq softirq steal; guest time is in user already.
            var times = fields[1..9].Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            var all = times.Sum();
            return (all - times[3] - times[4], all);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return null;
        }
    }
}
