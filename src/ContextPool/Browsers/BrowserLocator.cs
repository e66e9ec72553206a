using System.Globalization;

namespace ContextPool.Browsers;

/// <summary>A Chromium found on this machine.</summary>
/// <param name="Path">Absolute path of the executable.</param>
/// <param name="Origin">Where it was found, in words: <c>configured</c>, <c>Playwright</c>, or the command's name.</param>
public sealed record BrowserExecutable(string Path, string Origin)
{
    /// <summary>The small build without a user interface: half the memory per tab of the full browser (measured 30–45 MB against 76–99 MB PSS).</summary>
    public bool IsHeadlessShell =>
        System.IO.Path.GetFileName(Path).Contains("headless", StringComparison.Ordinal);
}

/// <summary>Finds a Chromium: the configured one, else Playwright's own, else the system's.</summary>
/// <remarks>The order prefers what was asked for, then what matches the Playwright in use, then what is lightest.</remarks>
public sealed class BrowserLocator
{
    /// <summary>Environment variable naming the executable to use, for containers and scripts.</summary>
    public const string PathVariable = "BROWSERFARM_CHROMIUM";

    private static readonly (string Channel, string[] Commands)[] SystemBrowsers =
    [
        ("chromium-headless-shell", ["chromium-headless-shell"]),
        ("chromium", ["chromium", "chromium-browser"]),
        ("chrome", ["google-chrome", "google-chrome-stable"]),
        ("msedge", ["microsoft-edge", "microsoft-edge-stable"]),
    ];

    private readonly Func<string, string?> _environment;

    public BrowserLocator()
        : this(Environment.GetEnvironmentVariable)
    {
    }

    internal BrowserLocator(Func<string, string?> environment) => _environment = environment;

    /// <summary>Names that <see cref="LaunchProfile.Channel"/> may have.</summary>
    public static IReadOnlyList<string> Channels { get; } = [.. SystemBrowsers.Select(browser => browser.Channel)];

    /// <summary>The browser to start for a profile.</summary>
    /// <exception cref="BrowserNotFoundException">Nothing was found; the message names what was searched and what to do.</exception>
    public BrowserExecutable Locate(LaunchProfile profile)
    {
        if (profile.ExecutablePath is { Length: > 0 } configured)
            return Existing(configured, "configured", "launch.executablePath");
        if (_environment(PathVariable) is { Length: > 0 } fromEnvironment)
            return Existing(fromEnvironment, PathVariable, PathVariable);

        var headlessShellFits = profile.Headless;
        if (profile.Channel is null or "chromium" or "chromium-headless-shell")
        {
            var wantsShell = headlessShellFits && profile.Channel is not "chromium";
            if (PlaywrightBrowsers(wantsShell, wantsFull: profile.Channel is not "chromium-headless-shell").FirstOrDefault() is { } own)
                return new BrowserExecutable(own, "Playwright");
        }

        foreach (var (channel, commands) in SystemBrowsers)
        {
            if (profile.Channel is not null && profile.Channel != channel)
                continue;
            if (channel == "chromium-headless-shell" && !headlessShellFits)
                continue;
            if (commands.Select(OnPath).FirstOrDefault(path => path is not null) is { } found)
                return new BrowserExecutable(found, channel);
        }

        throw new BrowserNotFoundException(
            $"No {profile.Channel ?? "Chromium"} was found (searched Playwright's folder {PlaywrightFolder()} and PATH for "
            + $"{string.Join(", ", SystemBrowsers.SelectMany(browser => browser.Commands))}). "
            + $"Install one (apt-get install chromium-headless-shell), or set launch.executablePath or {PathVariable}.");
    }

    private static BrowserExecutable Existing(string path, string origin, string setting)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
            throw new BrowserNotFoundException($"{setting} names {path}, which is not a file. Correct it, or remove it to let a browser be searched.");
        if (!IsExecutable(full))
            throw new BrowserNotFoundException($"{setting} names {path}, which is not executable.");
        return new BrowserExecutable(full, origin);
    }

    private static bool IsExecutable(string file) =>
        File.Exists(file)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None);

    private string? OnPath(string command) =>
        (_environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Join(folder, command))
            .FirstOrDefault(IsExecutable);

    private string PlaywrightFolder()
    {
        if (_environment("PLAYWRIGHT_BROWSERS_PATH") is { Length: > 1 } configured)
            return configured;

        var cache = _environment("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Join(_environment("HOME") ?? "/root", ".cache");
        return Path.Join(cache, "ms-playwright");
    }

    /// <summary>Executables below Playwright's folder, headless shells first, newest revision first.</summary>
    private IEnumerable<string> PlaywrightBrowsers(bool wantsShell, bool wantsFull)
    {
        var folder = PlaywrightFolder();
        if (!Directory.Exists(folder))
            return [];

        var shells = wantsShell ? Installed("chromium_headless_shell-*", ["headless_shell", "chrome-headless-shell"]) : [];
        var full = wantsFull ? Installed("chromium-*", ["chrome"]) : [];
        return shells.Concat(full);

        IEnumerable<string> Installed(string pattern, string[] names) =>
            from install in Directory.EnumerateDirectories(folder, pattern).OrderByDescending(Revision)
            from platform in Directory.EnumerateDirectories(install)
            from name in names
            let path = Path.Join(platform, name)
            where IsExecutable(path)
            select path;

        static long Revision(string install) =>
            long.TryParse(install.AsSpan(install.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;
    }
}
