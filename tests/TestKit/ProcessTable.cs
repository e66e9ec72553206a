using System.Globalization;
using System.Text;

namespace TestKit;

/// <summary>One process as the kernel lists it.</summary>
/// <param name="CommandLine">Arguments parted by spaces; empty for a zombie and for kernel threads.</param>
/// <param name="State">One letter, see proc_pid_stat(5): R running, S sleeping, D waiting for a device, T stopped, Z zombie.</param>
public sealed record ProcessEntry(int Pid, int ParentPid, string CommandLine, char State)
{
    /// <summary>Dead, and not yet waited for by its parent: holds no memory.</summary>
    public bool IsZombie => State == 'Z';
}

/// <summary>Which processes exist, read anew by every call; lets a test prove that no browser is left behind.</summary>
/// <remarks>
/// Source: <c>/proc/[pid]/stat</c> and <c>/proc/[pid]/cmdline</c>, see proc(5); Linux only. On purpose not the reader the pool itself
/// uses: a test must not ask the code it judges. Nothing here ends a process.
/// </remarks>
public static class ProcessTable
{
    /// <returns>Every process that could be read, in order of pid; one that vanishes meanwhile is left out.</returns>
    public static IReadOnlyList<ProcessEntry> Read() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) ? Find(pid) : null)
            .OfType<ProcessEntry>()
            .OrderBy(process => process.Pid),
    ];

    /// <returns>Null when there is no such process.</returns>
    public static ProcessEntry? Find(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var commandLine = File.ReadAllBytes($"/proc/{pid}/cmdline");

            // The second field is the program's name in parentheses, and the name itself may contain both spaces and parentheses.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessEntry(
                pid, int.Parse(fields[1], CultureInfo.InvariantCulture),
                Encoding.UTF8.GetString(commandLine).Replace('\0', ' ').TrimEnd(), fields[0][0]);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <returns>A process's environment at its start, entries parted by NUL; empty when it is gone, a zombie, or not ours to see.</returns>
    public static string EnvironmentOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <returns>Children, their children and so on, parents before children; without the process itself, zombies included.</returns>
    public static IReadOnlyList<ProcessEntry> DescendantsOf(int pid)
    {
        var children = Read().ToLookup(process => process.ParentPid);
        var found = new List<ProcessEntry>(children[pid]);
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i].Pid]);
        return found;
    }

    /// <param name="fragment">Part of the command line, case-sensitive, such as the path of a profile folder only one test uses.</param>
    /// <returns>In order of pid. The calling process is left out; zombies have no command line and are never found.</returns>
    public static IReadOnlyList<ProcessEntry> WithArgument(string fragment) =>
    [
        .. Read().Where(process => process.Pid != Environment.ProcessId
            && process.CommandLine.Contains(fragment, StringComparison.Ordinal)),
    ];
}
