namespace BrowserFarm.Cli;

/// <summary>How the program ends; documented in <c>docs/operating.md</c> for whoever schedules it.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A fault of ours; the message asks to report it.</summary>
    public const int Unexpected = 1;

    /// <summary>The command line is wrong: an unknown option, a URL that cannot be opened.</summary>
    public const int Usage = 2;

    /// <summary>The configuration file is wrong.</summary>
    public const int Config = 3;

    /// <summary>There is no browser, or it does not start.</summary>
    public const int NoBrowser = 4;

    /// <summary>A folder, a disk or a database cannot be used.</summary>
    public const int Storage = 5;

    /// <summary>A port is taken.</summary>
    public const int PortInUse = 6;

    /// <summary>Everything went its way, but no page could be read.</summary>
    public const int NothingRead = 7;

    /// <summary>Everything was read, but not all of it could be delivered to the webhook; a resume delivers the rest.</summary>
    public const int Undelivered = 8;

    /// <summary>Stopped because the crawl's folder takes as much as <c>--max-bytes</c> allows; can be resumed with more.</summary>
    public const int QuotaUsedUp = 9;

    /// <summary>The service that was asked cannot be reached, is not ready, or answers with a fault of its own.</summary>
    public const int Service = 10;

    /// <summary>Stopped by Ctrl-C or SIGTERM before the end; can be resumed. 128 + 2, as shells have it.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends the program with one line for a person and an exit code for a program.</summary>
internal sealed class CliException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;
}
