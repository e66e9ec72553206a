namespace BrowserFarm.Storage;

/// <summary>Where one crawl lives: a folder with its database, its results and its files, used by one program at a time.</summary>
public sealed class CrawlFolder : IDisposable
{
    /// <summary>A crawl is not begun on a disk with less room than this: it would only stop half-way.</summary>
    private const long MinFreeBytes = 64L << 20;

    /// <summary>With less than this a disk counts as full: a page's result may not fit.</summary>
    private const long FullBelowBytes = 1L << 20;

    /// <summary>EWOULDBLOCK of Linux, errno(3): somebody else holds the lock.</summary>
    private const int WouldBlock = 11;

    private const string LockFile = ".lock";
    private const string StatusFile = "status.json";
    private const string SitemapsMarkName = ".sitemaps-read";

    private const string RunsName = "runs";

    private readonly ArtifactStore _artifacts;
    private readonly FileStream? _lock;
    private readonly bool _isOurs;
    private readonly string _files;
    private readonly List<string> _runsMade = [];

    private CrawlFolder(string path, FileStream? @lock, bool isOurs, string? files = null, ArtifactStore? artifacts = null)
    {
        Path = path;
        _artifacts = artifacts ?? new ArtifactStore(path);
        _lock = @lock;
        _isOurs = isOurs;
        _files = files ?? path;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public string DatabasePath => DatabaseIn(Path);

    public string ResultsPath => System.IO.Path.Join(_files, "results.ndjson");

    public string FailuresPath => System.IO.Path.Join(_files, "failures.ndjson");

    /// <summary>Every sitemap of the crawl was read, by this program or an earlier one.</summary>
    public bool SitemapsAreRead => File.Exists(SitemapsMark);

    private string RunsPath => System.IO.Path.Join(Path, RunsName);

    private string SitemapsMark => System.IO.Path.Join(_files, SitemapsMarkName);

    /// <summary>Makes the folder for a new crawl.</summary>
    /// <exception cref="CrawlFolderException">It cannot be made or written, or holds a crawl already.</exception>
    public static CrawlFolder Create(string path)
    {
        path = FullPath(path);
        var folder = Take(path, $"The folder {path} cannot be used: ", "Choose another folder with --out.");
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
        var folder = Take(path, $"The crawl in {path} cannot be gone on with: ", "Make the folder writable, or copy it to where it can be written.");
        folder._artifacts.RemoveUnfinished();
        return folder;
    }

    /// <summary>Takes the folder of a service, whether there is anything in it yet or not.</summary>
    /// <exception cref="CrawlFolderException">It cannot be made or written, or another program uses it.</exception>
    public static CrawlFolder Take(string path)
    {
        path = FullPath(path);
        var folder = Take(path, $"The folder {path} cannot be used: ", "Choose another folder with --data.");
        folder._artifacts.RemoveUnfinished();
        return folder;
    }

    /// <summary>The folder as one run of a recurring crawl has it: results, failures and marks are the run's own, in <c>runs/NAME</c>; the rest is shared.</summary>
    /// <param name="name">As <c>2026-11-26T03-00-00Z</c>.</param>
    /// <returns>To be used while this one is; disposing it lets go of nothing.</returns>
    /// <exception cref="IOException">The run's folder cannot be made.</exception>
    public CrawlFolder OfRun(string name)
    {
        var files = System.IO.Path.Join(RunsPath, name);
        if (!Directory.Exists(files))
        {
            Directory.CreateDirectory(files);
            _runsMade.Add(files);
        }

        return new CrawlFolder(Path, @lock: null, isOurs: false, files, _artifacts);
    }

    /// <summary>Names of runs whose sitemaps were begun to be read and are not read yet.</summary>
    /// <exception cref="IOException">The disk is failing.</exception>
    public IReadOnlyList<string> RunsWithSitemapsToRead() => !Directory.Exists(RunsPath)
        ? []
        : [.. Directory.EnumerateDirectories(RunsPath).Where(run => !File.Exists(System.IO.Path.Join(run, SitemapsMarkName))).Select(run => System.IO.Path.GetFileName(run))];

    /// <summary>What the program that runs the crawl says of itself, for other programs; null when there is none.</summary>
    public static byte[]? ReadStatus(string path)
    {
        var file = System.IO.Path.Join(path, StatusFile);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>Whether a program works on the crawl in the folder. Looked at from outside; takes nothing.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            // Shared, and let go of at once: refused while somebody holds the folder for himself.
            using var look = new FileStream(System.IO.Path.Join(path, LockFile), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException exception) when (exception.HResult == WouldBlock)
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;   // no lock file: nobody ever worked on it
        }
    }

    /// <summary>Whether the folder's disk has room left; true also for one that does not say.</summary>
    public static bool HasRoom(string path) => FreeBytes(path) is not { } free || free >= FullBelowBytes;

    /// <summary>Why its disk is too full to take more crawls, in words; null when it is not.</summary>
    public string? LacksRoom() => FreeBytes(Path) is { } free && free < MinFreeBytes ? $"The disk of {Path} has {free >> 20} MB free; at least {MinFreeBytes >> 20} MB are needed." : null;

    /// <summary>Replaces the status; whoever reads it sees the old one or the new one, never a half.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public void WriteStatus(byte[] status)
    {
        var file = System.IO.Path.Join(Path, StatusFile);
        File.WriteAllBytes(file + ".new", status);
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Keeps files of one page, under the digest of what is in them.</summary>
    /// <param name="files">By format, or by a name with an ending.</param>
    /// <returns>Paths relative to the crawl's folder, by format or name; null when there was nothing to keep.</returns>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public async Task<IReadOnlyDictionary<string, string>?> StoreArtifactsAsync(IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            return null;

        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (format, content) in files)
            stored.Add(format, await _artifacts.StoreAsync(format, content, cancellationToken));
        return stored;
    }

    /// <summary>Removes files that nothing names any more.</summary>
    /// <param name="paths">As <see cref="StoreArtifactsAsync"/> gave them.</param>
    /// <exception cref="IOException">The disk is failing.</exception>
    public void RemoveArtifacts(IEnumerable<string> paths)
    {
        foreach (var path in paths)
            _artifacts.Remove(path);
    }

    /// <summary>Removes the results, failures and marks of one run of a recurring crawl.</summary>
    /// <exception cref="IOException">The disk is failing.</exception>
    public void RemoveRun(string name)
    {
        var files = System.IO.Path.Join(RunsPath, name);
        if (Directory.Exists(files))
            Directory.Delete(files, recursive: true);
    }

    /// <summary>Bytes of the database, of the results and of all files together.</summary>
    public long BytesUsed()
    {
        var files = new[] { DatabasePath, DatabasePath + "-wal", ResultsPath, FailuresPath };
        return files.Select(file => new FileInfo(file)).Where(file => file.Exists).Sum(file => file.Length) + _artifacts.Bytes();
    }

    /// <summary>Notes that every sitemap was read. Should the note be lost they are read once more, which changes nothing.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public void MarkSitemapsRead() => File.WriteAllBytes(SitemapsMark, []);

    /// <summary>Removes a crawl that came to nothing, and the folder too when it was made for it.</summary>
    public void Discard()
    {
        Dispose();
        if (_isOurs)
        {
            Directory.Delete(Path, recursive: true);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(Path).Where(file => System.IO.Path.GetFileName(file) is LockFile or "results.ndjson" or "failures.ndjson" or StatusFile or SitemapsMarkName
            || System.IO.Path.GetFileName(file).StartsWith("crawl.db", StringComparison.Ordinal)))
            File.Delete(file);
        foreach (var run in _runsMade)
            Directory.Delete(run, recursive: true);
        if (_runsMade.Count > 0 && !Directory.EnumerateFileSystemEntries(RunsPath).Any())
            Directory.Delete(RunsPath);
    }

    /// <summary>Whoever held the lock works on the crawl no more, so its status goes with it.</summary>
    public void Dispose()
    {
        if (_lock is not { CanRead: true } held)
            return;

        try
        {
            File.Delete(System.IO.Path.Join(Path, StatusFile));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It grows old instead.
        }

        held.Dispose();
    }

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

    internal static string DatabaseIn(string path) => System.IO.Path.Join(path, "crawl.db");

    private static CrawlFolder Take(string path, string complaint, string remedy)
    {
        try
        {
            var isOurs = !Directory.Exists(path);
            Directory.CreateDirectory(path);
            // Held as long as the program lives: the kernel lets go of it, whatever the program dies of.
            var @lock = new FileStream(System.IO.Path.Join(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new CrawlFolder(path, @lock, isOurs);
        }
        catch (IOException exception) when (exception.HResult == WouldBlock)
        {
            throw new CrawlFolderException($"{complaint}another program is using it.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CrawlFolderException($"{complaint}{exception.Message.TrimEnd('.')}. {remedy}", exception);
        }
    }
}

/// <summary>A crawl's folder cannot be used; the message names it and the remedy.</summary>
public sealed class CrawlFolderException(string message, Exception? innerException = null) : Exception(message, innerException);
