using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ContextPool.Browsers;

/// <summary>One process and no other: its id together with its start time, for ids are used again.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="StartTicks">Start time in clock ticks since boot: field 22 of <c>/proc/[pid]/stat</c>, proc(5).</param>
internal readonly partial record struct ProcessIdentity(int Pid, long StartTicks)
{
    private const int Sigkill = 9;

    /// <summary>The program this code runs in.</summary>
    public static ProcessIdentity OfThisProgram { get; } = Of(Environment.ProcessId) ?? new ProcessIdentity(Environment.ProcessId, 0);

    /// <summary>The process that has this id now; null when there is none or it is a zombie.</summary>
    public static ProcessIdentity? Of(int pid) =>
        ReadStat(pid) is { State: not ('Z' or 'X') } stat ? new ProcessIdentity(pid, stat.StartTicks) : null;

    /// <summary>Processes of any parent that were started with this variable in their environment; those of other users cannot be seen.</summary>
    public static IReadOnlyList<ProcessIdentity> WithEnvironment(string variable, string value)
    {
        var wanted = $"{variable}={value}";
        return [.. All().Select(found => found.Process).Where(process =>
            ReadText($"/proc/{process.Pid}/environ").Split('\0').Contains(wanted, StringComparer.Ordinal))];
    }

    /// <summary>Processes of a process group.</summary>
    public static IReadOnlyList<ProcessIdentity> InGroup(int group) =>
        [.. All().Where(found => found.GroupId == group).Select(found => found.Process)];

    /// <summary>Children of this program whose command line contains <paramref name="argument"/>, youngest last.</summary>
    public static IReadOnlyList<ProcessIdentity> ChildrenWith(string argument) =>
        [.. ChildrenOf(Environment.ProcessId).Where(child => child.CommandLine.Contains(argument, StringComparison.Ordinal))];

    /// <summary>The children of a process, youngest last; zombies are left out.</summary>
    public static IReadOnlyList<ProcessIdentity> ChildrenOf(int parent)
    {
        var children = All().Where(found => found.ParentPid == parent).Select(found => found.Process).ToList();
        children.Sort((a, b) => a.StartTicks.CompareTo(b.StartTicks));
        return children;
    }

    /// <summary>Whether this very process still runs.</summary>
    public bool IsAlive => Of(Pid) == this;

    /// <summary>Its arguments, each ended by NUL; empty when it is gone.</summary>
    public string CommandLine => ReadText($"/proc/{Pid}/cmdline");

    /// <summary>SIGKILL to this process alone, if it is still the same one.</summary>
    public void Kill()
    {
        if (IsAlive)
            _ = SendSignal(Pid, Sigkill);
    }

    /// <summary>SIGKILL to its whole process group, unless that is our own: Playwright starts Chromium in a group apart.</summary>
    /// <remarks>The group's leader need not be the browser: Debian's command is a shell script that starts it as a child.</remarks>
    public void KillGroup()
    {
        if (!IsAlive || ReadStat(Pid) is not { } stat)
            return;

        if (stat.GroupId > 1 && stat.GroupId != ReadStat(Environment.ProcessId)?.GroupId)
            _ = SendSignal(-stat.GroupId, Sigkill);
        _ = SendSignal(Pid, Sigkill);
    }

    /// <summary>Fields 3, 4, 5 and 22 of the stat line; null when there is no such process.</summary>
    internal static (char State, int ParentPid, int GroupId, long StartTicks)? ReadStat(int pid)
    {
        Span<byte> buffer = stackalloc byte[512];   // the fields we want end well before that
        var text = buffer[..ProcFile.Read($"/proc/{pid}/stat", buffer)];

        // The name in field 2 may itself contain spaces and brackets; what follows it is numbers, but for the state.
        var afterName = text.LastIndexOf(") "u8);
        if (afterName < 0)
            return null;

        ReadOnlySpan<byte> rest = text[(afterName + 2)..];
        Span<Range> fields = stackalloc Range[21];
        if (Split(rest, fields) < fields.Length
            || !Utf8Parser.TryParse(rest[fields[1]], out int parent, out _)
            || !Utf8Parser.TryParse(rest[fields[2]], out int group, out _)
            || !Utf8Parser.TryParse(rest[fields[19]], out long start, out _))
            return null;

        return ((char)rest[0], parent, group, start);
    }

    private static IEnumerable<(ProcessIdentity Process, int ParentPid, int GroupId)> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ReadStat(pid) is { State: not ('Z' or 'X') } stat)
                yield return (new ProcessIdentity(pid, stat.StartTicks), stat.ParentPid, stat.GroupId);
        }
    }

    private static int Split(ReadOnlySpan<byte> text, Span<Range> fields)
    {
        var count = 0;
        foreach (var field in text.Split((byte)' '))
        {
            if (count == fields.Length)
                break;
            fields[count++] = field;
        }

        return count;
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";   // gone, or not ours to see
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
