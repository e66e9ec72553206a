using System.Globalization;
using System.Text;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>Processor time of one process, in hundredths of a second (USER_HZ).</summary>
/// <param name="Started">With the number it tells processes apart.</param>
/// <param name="Own">Of itself.</param>
/// <param name="Children">Of those of its children, and theirs, that have ended and that it has waited for.</param>
internal sealed record ProcessTime(int Pid, int Parent, long Started, long Own, long Children);

/// <summary>Reads processor times of a process and of all below it.</summary>
/// <remarks>Source: fields 4, 14 to 17 and 22 of <c>/proc/[pid]/stat</c>, proc(5). About 20 µs a process of the machine.</remarks>
internal static class ProcessTimes
{
    /// <returns>The process and its descendants, in no order; empty when it is gone.</returns>
    public static IReadOnlyList<ProcessTime> Below(int root)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null).OfType<ProcessTime>().ToList();
        var children = all.ToLookup(process => process.Parent);
        var found = all.Where(process => process.Pid == root).ToList();
        for (var at = 0; at < found.Count; at++)
            found.AddRange(children[found[at].Pid]);
        return found;
    }

    /// <returns>Arguments parted by spaces; empty when the process is gone.</returns>
    public static string CommandLine(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline")).Replace('\0', ' ').TrimEnd();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static ProcessTime? Read(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long Number(int field) => long.Parse(fields[field - 3], CultureInfo.InvariantCulture);
            return new ProcessTime(pid, (int)Number(4), Number(22), Number(14) + Number(15), Number(16) + Number(17));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
