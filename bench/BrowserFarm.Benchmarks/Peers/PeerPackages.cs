using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using TestKit;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>The peers and the corpus as npm installs them, in <c>.build/peers</c>; nothing of it is ever part of the product.</summary>
internal static class PeerPackages
{
    private const string Mark = "installed.txt";

    private static readonly string Sources = Path.Join(RepositoryRoot.Path, "bench", "peers");
    private static readonly string Target = Path.Join(RepositoryRoot.Path, ".build", "peers");

    /// <summary>Installs what the lock files name, unless that is there, and copies our own scripts and pages beside it.</summary>
    /// <returns>The folder with the peers' scripts; the corpus is in <c>corpus</c> in it.</returns>
    /// <exception cref="InvalidOperationException">npm or node is missing or has failed; says what it said.</exception>
    public static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        foreach (var source in Directory.EnumerateFiles(Sources, "*", SearchOption.AllDirectories).Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal)))
        {
            var copy = Path.Join(Target, Path.GetRelativePath(Sources, source));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(source, copy, overwrite: true);
        }

        var corpus = Path.Join(Target, "corpus");
        foreach (var folder in new[] { Target, corpus })
            await InstallAsync(folder, cancellationToken);
        await RunAsync(corpus, "node", ["build.mjs"], cancellationToken);
        return Target;
    }

    private static async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        var mark = Path.Join(folder, Mark);
        var wanted = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(await File.ReadAllTextAsync(Path.Join(folder, "package-lock.json"), cancellationToken))));
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark, cancellationToken) == wanted)
            return;

        await Console.Error.WriteLineAsync($"Installing from npm into {folder}...");
        await RunAsync(folder, "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], cancellationToken);
        await File.WriteAllTextAsync(mark, wanted, cancellationToken);
    }

    private static async Task RunAsync(string folder, string command, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        // No browsers: all are measured with the one of this machine.
        start.Environment["PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD"] = "1";
        start.Environment["PUPPETEER_SKIP_DOWNLOAD"] = "1";
        try
        {
            using var process = Process.Start(start)!;
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{command} {arguments[0]} ended with {process.ExitCode} in {folder}: {string.Concat(said)}");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException($"{command} could not be started; the peers need node 20 and npm: sudo apt-get install -y --no-install-recommends nodejs npm", exception);
        }
    }
}
