namespace BrowserFarm.Benchmarks.Machine;

/// <summary>A temp folder for this program and all it starts, so that whatever is in it at the end was left by them.</summary>
internal sealed class OwnTempFolder : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable("TMPDIR");
    private readonly string _folder = Directory.CreateTempSubdirectory("farm-bench-").FullName;

    public OwnTempFolder() => Environment.SetEnvironmentVariable("TMPDIR", _folder);

    /// <summary>Names of the files and folders in it, without those of the runtime itself.</summary>
    public IReadOnlyList<string> Left() =>
    [
        .. Directory.EnumerateFileSystemEntries(_folder).Select(entry => Path.GetFileName(entry))
            .Where(name => !name.StartsWith("clr-debug-pipe", StringComparison.Ordinal) && !name.StartsWith("dotnet-diagnostic", StringComparison.Ordinal)),
    ];

    /// <summary>Files anywhere in it, and folders of browsers, that programs of ours should have removed; not those of the runtime itself.</summary>
    public IReadOnlyList<string> LeftByPrograms() =>
    [
        .. Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories)
            .Where(entry => (File.Exists(entry) || Path.GetFileName(entry).StartsWith("cell-", StringComparison.Ordinal)) && !entry.Contains("/.dotnet/", StringComparison.Ordinal) && !entry.Contains("/compiled/", StringComparison.Ordinal))
            .Select(entry => Path.GetRelativePath(_folder, entry)),
    ];

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("TMPDIR", _before);
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // An orphan still writes into it; it has been counted.
        }
    }
}
