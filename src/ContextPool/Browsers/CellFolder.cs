using System.Globalization;
using System.Text.Json;

namespace ContextPool.Browsers;

/// <summary>
/// A folder of its own for one cell: everything that the driver and the browser write to disk goes there, and a note of who they are lies
/// beside it. Together the folders are the ledger of what runs on behalf of which program.
/// </summary>
/// <remarks>
/// The name says whose it is: <c>cell-PID-STARTTICKS-NUMBER</c>, the identity of the program that made it. A folder whose program is
/// gone is an orphan, and so is what runs out of it: <see cref="Watchdog.OrphanReaper"/> removes both.
/// </remarks>
internal sealed class CellFolder
{
    private const string Prefix = "cell-";
    private const string LedgerFile = "processes.json";

    private static int _lastNumber;

    private CellFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>Makes a folder that only this user can read.</summary>
    /// <exception cref="IOException">It cannot be made; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made; the message names it.</exception>
    public static CellFolder Create(string root)
    {
        try
        {
            CreatePrivate(root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{root} cannot be made ({exception.Message}); set another WorkFolder, or TMPDIR, to a folder that can be written.", exception);
        }

        if (!FolderOwner.IsOurs(root))
            throw new IOException($"{root} belongs to another user; set another WorkFolder, or TMPDIR.");
        var own = ProcessIdentity.OfThisProgram;
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{own.Pid}-{own.StartTicks}-{Interlocked.Increment(ref _lastNumber)}");
        var path = System.IO.Path.Join(root, name);
        CreatePrivate(path);
        return new CellFolder(path);
    }

    /// <summary>Every cell folder below a root, with the program that made it.</summary>
    public static IReadOnlyList<(CellFolder Folder, ProcessIdentity Owner)> In(string root)
    {
        if (!Directory.Exists(root) || !FolderOwner.IsOurs(root))
            return [];

        var folders = new List<(CellFolder, ProcessIdentity)>();
        foreach (var path in Directory.EnumerateDirectories(root, Prefix + "*"))
        {
            var parts = System.IO.Path.GetFileName(path).Split('-');
            if (parts.Length == 4
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var startTicks))
                folders.Add((new CellFolder(path), new ProcessIdentity(pid, startTicks)));
        }

        return folders;
    }

    /// <summary>Notes who runs out of this folder. Without the note they are still found by their environment.</summary>
    public void Note(ProcessIdentity? driver, ProcessIdentity? browser)
    {
        var note = new CellLedger(driver, browser is { } process ? ProcessGroup.Of(process) : null);
        try
        {
            File.WriteAllText(System.IO.Path.Join(Path, LedgerFile), JsonSerializer.Serialize(note, CellLedgerJson.Default.CellLedger));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk is no reason not to start a browser.
        }
    }

    /// <summary>Who was noted; null when there is no note, or none that can be read.</summary>
    public CellLedger? Noted()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(System.IO.Path.Join(Path, LedgerFile)), CellLedgerJson.Default.CellLedger);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Removes the folder as far as it can be: a process that dies just now may still write. What stays, the next sweep removes.</summary>
    public bool Delete()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
