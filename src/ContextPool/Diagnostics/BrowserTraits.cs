using ContextPool.Browsers;

namespace ContextPool.Diagnostics;

/// <summary>How a browser really runs, by what the kernel says of its processes: not how it was meant to.</summary>
/// <param name="Switches">Its command line's switches, without the program.</param>
/// <param name="Renderers">Processes of pages that it has now.</param>
/// <param name="Sandboxed">
/// Of these, those that are in a namespace of process ids of their own and behind a filter of system calls: both layers of Chromium's sandbox on Linux
/// (<c>docs/linux/sandboxing.md</c>). A container's filter alone does not make one.
/// </param>
public sealed record BrowserTraits(IReadOnlyList<string> Switches, int Renderers, int Sandboxed)
{
    /// <summary>Looks at a running browser.</summary>
    /// <param name="pid">Of the browser process, as <see cref="CellSnapshot.BrowserPid"/> has it.</param>
    /// <returns>Null when it is gone.</returns>
    public static BrowserTraits? Read(int pid)
    {
        if (ProcessIdentity.Of(pid) is not { } browser || ProcessGroup.Of(browser) is not { } group || browser.CommandLine is not { Length: > 0 } line)
            return null;

        var renderers = ProcessIdentity.InGroup(group.Id).Where(process => process.CommandLine.Contains("--type=renderer", StringComparison.Ordinal)).ToList();
        return new BrowserTraits(SwitchesOf(line), renderers.Count, renderers.Count(process => IsSandboxed(StatusOf(process.Pid))));
    }

    internal static IReadOnlyList<string> SwitchesOf(string commandLine) =>
        [.. commandLine.Split('\0', StringSplitOptions.RemoveEmptyEntries).Skip(1).Where(argument => argument.StartsWith("--", StringComparison.Ordinal))];

    /// <summary>By <c>/proc/[pid]/status</c>, proc(5): <c>NSpid</c> lists a number for each namespace it is in; <c>Seccomp</c> is 2 behind a filter.</summary>
    internal static bool IsSandboxed(string status)
    {
        int namespaces = 0, seccomp = 0;
        foreach (var line in status.Split('\n'))
        {
            if (line.StartsWith("NSpid:", StringComparison.Ordinal))
                namespaces = line["NSpid:".Length..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            else if (line.StartsWith("Seccomp:", StringComparison.Ordinal))
                _ = int.TryParse(line.AsSpan("Seccomp:".Length), out seccomp);
        }

        return namespaces > 1 && seccomp == 2;
    }

    private static string StatusOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/status");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";   // it has ended
        }
    }
}
