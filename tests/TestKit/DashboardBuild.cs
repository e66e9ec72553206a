using System.Diagnostics;

namespace TestKit;

/// <summary>The dashboard as it is in the sources, with its libraries fetched from npm once a machine and version.</summary>
public static class DashboardBuild
{
    private static readonly Lazy<Task<string>> Built = new(RunAsync);

    /// <returns>The folder with the pages and, below <c>lib/</c>, the libraries.</returns>
    /// <exception cref="InvalidOperationException">The libraries cannot be fetched; says what the script said.</exception>
    public static Task<string> FolderAsync() => Built.Value;

    private static async Task<string> RunAsync()
    {
        var dashboard = Path.Join(RepositoryRoot.Path, "src", "BrowserFarm", "Dashboard");
        var start = new ProcessStartInfo(Path.Join(dashboard, "build-dashboard")) { UseShellExecute = false, RedirectStandardError = true };
        using var script = Process.Start(start)!;
        var said = await script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();
        return script.ExitCode == 0 ? Path.Join(dashboard, "web") : throw new InvalidOperationException($"build-dashboard ended with {script.ExitCode}: {said}");
    }
}
