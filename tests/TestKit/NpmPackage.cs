using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace TestKit;

/// <summary>Published npm packages: real applications for the browser tests to read.</summary>
/// <remarks>Kept unpacked in <c>.cache/npm/</c> of the repository, so the registry is asked once per machine and version.</remarks>
public static class NpmPackage
{
    private static string Cache => Path.Combine(RepositoryRoot.Path, ".cache", "npm");

    /// <summary>Fetches a package unless it is there already. Several test processes may ask for the same one at once.</summary>
    /// <param name="name">With its scope: <c>@scalar/galaxy</c>.</param>
    /// <param name="version">Exact: <c>1.2.3</c>.</param>
    /// <returns>Absolute path of the folder that holds the package's <c>package.json</c>. Shared: not to be written to.</returns>
    /// <exception cref="InvalidOperationException">npm failed or is not installed; names the command and what it said.</exception>
    public static async Task<string> FetchAsync(string name, string version, CancellationToken cancellationToken)
    {
        var target = Path.Combine(Cache, $"{name.TrimStart('@').Replace('/', '-')}-{version}");
        if (Directory.Exists(target))
            return target;

        // Beside the target, so that the move at the end stays on one file system and is atomic.
        var scratch = Directory.CreateDirectory(Path.Combine(Cache, $".{Guid.NewGuid():N}")).FullName;
        try
        {
            await PackAsync($"{name}@{version}", scratch, cancellationToken);
            await UnpackAsync(Directory.GetFiles(scratch, "*.tgz").Single(), scratch, cancellationToken);
            Publish(Directory.GetDirectories(scratch).Single(), target);
            return target;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task PackAsync(string package, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("npm", ["pack", package, "--silent"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var command = $"{start.FileName} {string.Join(' ', start.ArgumentList)}";

        using var npm = StartOrExplain(start, command);
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = npm.StandardError.ReadToEndAsync(cancellationToken);
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"`{command}` ended with {npm.ExitCode}:\n{await error}\n{await output}");
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process StartOrExplain(ProcessStartInfo start, string command)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new InvalidOperationException($"`{command}` could not be started: {failure.Message}. Is npm installed?", failure);
        }
    }

    private static async Task UnpackAsync(string archive, string folder, CancellationToken cancellationToken)
    {
        await using var compressed = File.OpenRead(archive);
        await using var tar = new GZipStream(compressed, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: false, cancellationToken);
    }

    private static void Publish(string unpacked, string target)
    {
        try
        {
            Directory.Move(unpacked, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another process was quicker; its copy is as good as ours.
        }
    }
}
