using BrowserFarm.Jobs;

namespace BrowserFarm.Storage;

/// <summary>Where one crawl lives: a folder with its database, its results and its files, used by one program at a time.</summary>
public sealed class CrawlFolder : IDisposable
{
    /// <summary>A crawl is not begun on a disk with less room than this: it would only stop half-way.</summary>
    private const long MinFreeBytes = 64L << 20;

    private readonly FileStream _lock;
    private readonly bool _isOurs;

    private CrawlFolder(string path, FileStream @lock, bool isOurs)
    {
        Path = path;
        _lock = @lock;
        _isOurs = isOurs;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public string DatabasePath => DatabaseIn(Path);

    public string ResultsPath => System.IO.Path.Join(Path, "results.ndjson");

    public string FailuresPath => System.IO.Path.Join(Path, "failures.ndjson");

    /// <summary>Makes the folder for a new crawl.</summary>
    /// <exception cref="CrawlFolderException">It cannot be made or written, or holds a crawl already.</exception>
    public static CrawlFolder Create(string path)
    {
        path = FullPath(path);
        var folder = Take(path, $"The folder {path} cannot be used: ");
        string? problem = null;
        if (File.Exists(folder.DatabasePath))
            problem = $"{path} already holds a crawl; go on with it by --resume {path}, or choose another folder with --out.";
        else if (File.Exists(folder.ResultsPath))
            problem = $"{folder.ResultsPath} holds results of another crawl; move it away, or choose another folder with --out.";
        else if (FreeBytes(path) is { } free && free < MinFreeBytes)
            problem = $"The disk of {path} has {free >> 20} MB free; at least {MinFreeBytes >> 20} MB are needed to begin. Free some space, or choose another folder with --out.";
        if (problem is null)
            return folder;

        folder.Dispose();
        if (folder._isOurs)
            Directory.Delete(path, recursive: true);
        throw new CrawlFolderException(problem);
    }

    /// <summary>Opens the folder of a crawl that was begun.</summary>
    /// <exception cref="CrawlFolderException">There is no crawl in it, or somebody is running it.</exception>
    public static CrawlFolder Open(string path)
    {
        path = FullPath(path);
        if (!File.Exists(DatabaseIn(path)))
            throw new CrawlFolderException($"There is no crawl to resume in {path} (no crawl.db).");
        return Take(path, $"The crawl in {path} cannot be resumed: ");
    }

    /// <summary>Keeps files of one page; the path begins with the job and the epoch, so that a late attempt never overwrites a newer one's.</summary>
    /// <returns>Paths relative to the crawl's folder, by format; null when there was nothing to keep.</returns>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public async Task<IReadOnlyDictionary<string, string>?> StoreArtifactsAsync(
        Claim claim, IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            return null;

        var relative = $"artifacts/{claim.JobId}/{claim.Epoch}";
        Directory.CreateDirectory(System.IO.Path.Join(Path, relative));
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (format, content) in files)
        {
            var file = $"{relative}/page.{format}";
            await File.WriteAllBytesAsync(System.IO.Path.Join(Path, file), content, cancellationToken);
            stored.Add(format, file);
        }

        return stored;
    }

    /// <summary>Removes a crawl that came to nothing, and the folder too when it was made for it.</summary>
    public void Discard()
    {
        Dispose();
        if (_isOurs)
        {
            Directory.Delete(Path, recursive: true);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(Path).Where(file => System.IO.Path.GetFileName(file) is ".lock" or "results.ndjson" or "failures.ndjson"
            || System.IO.Path.GetFileName(file).StartsWith("crawl.db", StringComparison.Ordinal)))
            File.Delete(file);
    }

    public void Dispose() => _lock.Dispose();

    private static long? FreeBytes(string path)
    {
        try
        {
            return new DriveInfo(path).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;   // a file system that does not say
        }
    }

    /// <summary>Without a slash at its end, so that the last part is the crawl's name.</summary>
    private static string FullPath(string path)
    {
        try
        {
            return System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        }
        catch (ArgumentException exception)
        {
            throw new CrawlFolderException("The folder's name is empty or cannot be one.", exception);
        }
    }

    private static string DatabaseIn(string path) => System.IO.Path.Join(path, "crawl.db");

    private static CrawlFolder Take(string path, string complaint)
    {
        try
        {
            var isOurs = !Directory.Exists(path);
            Directory.CreateDirectory(path);
            // Held as long as the program lives: the kernel lets go of it, whatever the program dies of.
            var @lock = new FileStream(System.IO.Path.Join(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new CrawlFolder(path, @lock, isOurs);
        }
        catch (IOException exception) when (Directory.Exists(path) && File.Exists(System.IO.Path.Join(path, ".lock")) && exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new CrawlFolderException($"{complaint}another program is using it.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CrawlFolderException($"{complaint}{exception.Message} Choose another folder with --out.", exception);
        }
    }
}

/// <summary>A crawl's folder cannot be used; the message names it and the remedy.</summary>
public sealed class CrawlFolderException(string message, Exception? innerException = null) : Exception(message, innerException);
