using System.Globalization;

namespace BrowserFarm.Benchmarks.Reporting;

/// <summary>Processor time that the whole machine has worked: with nothing else going on, that of a program and all the browsers it starts, those that have ended included.</summary>
/// <remarks>Source: the first line of <c>/proc/stat</c>, proc(5): user, nice, system, irq and softirq, in hundredths of a second.</remarks>
internal static class MachineTime
{
    private static readonly int[] Working = [1, 2, 3, 6, 7];

    public static TimeSpan Now()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromMilliseconds(10 * Working.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)));
    }
}
