namespace BrowserFarm.Benchmarks.Peers;

/// <summary>What a process below a contestant is for.</summary>
internal enum ProcessKind
{
    /// <summary>Chromium's main process, with its crash handler.</summary>
    Browser,

    /// <summary>A renderer, or a zygote: renderers are forked from it, and it waits for them when they have ended.</summary>
    Renderer,

    Gpu,

    /// <summary>Chromium's network service and other utilities.</summary>
    Network,

    /// <summary>Playwright's node below a program that is not node itself.</summary>
    Driver,

    /// <summary>The contestant's own process.</summary>
    Own,
}

/// <summary>Tells what a process is for by its command line. Pure.</summary>
internal static class ProcessKinds
{
    /// <param name="commandLine">Arguments parted by spaces.</param>
    /// <param name="isRoot">It is the process that was started for the contestant.</param>
    public static ProcessKind Of(string commandLine, bool isRoot)
    {
        if (isRoot)
            return ProcessKind.Own;
        if (TypeOf(commandLine) is { } type)
        {
            return type switch
            {
                "renderer" or "zygote" => ProcessKind.Renderer,
                "gpu-process" => ProcessKind.Gpu,
                "utility" => ProcessKind.Network,
                _ => ProcessKind.Browser,
            };
        }

        if (commandLine.Contains("--remote-debugging-", StringComparison.Ordinal) || commandLine.Contains("crashpad", StringComparison.Ordinal))
            return ProcessKind.Browser;
        return Path.GetFileName(commandLine.Split(' ')[0]).StartsWith("node", StringComparison.Ordinal) ? ProcessKind.Driver : ProcessKind.Own;
    }

    public static bool IsChromium(ProcessKind kind) => kind is ProcessKind.Browser or ProcessKind.Renderer or ProcessKind.Gpu or ProcessKind.Network;

    private static string? TypeOf(string commandLine)
    {
        const string Switch = " --type=";
        var at = commandLine.IndexOf(Switch, StringComparison.Ordinal);
        return at < 0 ? null : commandLine[(at + Switch.Length)..].Split(' ')[0];
    }
}
