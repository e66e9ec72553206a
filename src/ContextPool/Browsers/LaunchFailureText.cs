namespace ContextPool.Browsers;

/// <summary>Says in one line why a browser did not start: the useful part of the driver's long report, and the remedy where one is known.</summary>
internal static class LaunchFailureText
{
    private const int MaxLength = 400;

    public static string Explain(BrowserExecutable executable, LaunchProfile profile, Exception exception)
    {
        var report = exception.Message;
        if (report.Contains("No usable sandbox", StringComparison.Ordinal) || report.Contains("sandbox_host", StringComparison.Ordinal))
        {
            return $"{executable.Path} cannot use its sandbox here. Allow unprivileged user namespaces (kernel.unprivileged_userns_clone=1, Ubuntu 24.04's "
                + "AppArmor profile, or a container's seccomp profile), or, for trusted pages only, switch it off: launch.sandbox \"off\" or --no-sandbox.";
        }

        if (profile.UsesSandbox && report.Contains("--no-sandbox", StringComparison.Ordinal))
            return $"{executable.Path} refuses to run as root with its sandbox. Run as another user, or set launch.sandbox to \"off\".";
        if (!profile.Headless && (report.Contains("DISPLAY", StringComparison.Ordinal) || report.Contains("Missing X server", StringComparison.Ordinal)))
            return $"{executable.Path} was started with a window, but there is no display. Set launch.headless to true.";

        var lines = report.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var errors = lines.Where(line => line.Contains("[err]", StringComparison.Ordinal) || line.Contains("error while loading", StringComparison.Ordinal));
        var telling = string.Join(" · ", lines.Take(1).Concat(errors.Take(3)));
        return $"{executable.Path} did not start: {(telling.Length <= MaxLength ? telling : telling[..MaxLength] + "…")}";
    }
}
