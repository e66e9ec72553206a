using System.Globalization;

namespace BrowserFarm.Operations.Audit;

/// <summary>What of the machine a browser needs besides memory: room for temporary files and shared memory, and enough file descriptors.</summary>
public static class MachineAudit
{
    /// <summary>
    /// Profiles, caches, shared memory and downloads of browsers. Chosen, not measured: a browser with eight tabs of the demo shop took 0.5 MB of files, but what pages share with it and
    /// download goes there as well.
    /// </summary>
    private const long LittleTemporary = 256L << 20;

    /// <summary>Docker gives 64 MB, which Chromium overflows; the farm's browsers use temporary files instead (<c>--disable-dev-shm-usage</c>).</summary>
    private const long LittleShared = 128L << 20;

    /// <summary>
    /// Chosen with room: measured with the demo shop, the browser's main process had 61 descriptors with one tab and 88 with eight, this program 280; but a page of many hosts has tens of
    /// connections, and so has a service with many clients.
    /// </summary>
    private const int DescriptorsPerContext = 40;
    private const int DescriptorsBesides = 512;

    /// <param name="contexts">Pages that may be open at once.</param>
    public static IReadOnlyList<Finding> Look(int contexts) => [Temporary(), Shared(), Descriptors(contexts, ReadOrEmpty("/proc/self/limits"))];

    private static Finding Temporary()
    {
        var folder = Path.GetTempPath();
        try
        {
            var probe = Path.Join(folder, $".browserfarm-{Environment.ProcessId}-{Guid.NewGuid():n}");
            File.WriteAllText(probe, "x");
            File.Delete(probe);
            var free = new DriveInfo(folder).AvailableFreeSpace;
            return free < LittleTemporary
                ? new Finding("temporary files", FindingGrade.Warning, $"{free >> 20} MB free in {folder}", "Browsers keep profiles, caches and shared memory there: free some space, or set TMPDIR.")
                : new Finding("temporary files", FindingGrade.Ok, $"{free >> 20} MB free in {folder}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Finding("temporary files", FindingGrade.Failed, $"{folder} cannot be written: {exception.Message}", "Mount a writable folder there, or set TMPDIR: no browser starts without.");
        }
    }

    private static Finding Shared()
    {
        const string Folder = "/dev/shm";
        try
        {
            if (!Directory.Exists(Folder))
                return new Finding("shared memory", FindingGrade.Ok, $"no {Folder}; browsers use temporary files instead");
            var size = new DriveInfo(Folder).TotalSize;
            return new Finding("shared memory", FindingGrade.Ok, size < LittleShared ? $"{size >> 20} MB in {Folder}, too little; browsers use temporary files instead" : $"{size >> 20} MB in {Folder}");
        }
        catch (IOException exception)
        {
            return new Finding("shared memory", FindingGrade.Warning, $"{Folder} cannot be looked at: {exception.Message}");
        }
    }

    /// <param name="limits">Of <c>/proc/self/limits</c>, proc(5); empty where there is none.</param>
    internal static Finding Descriptors(int contexts, string limits)
    {
        var needed = DescriptorsBesides + (DescriptorsPerContext * contexts);
        var line = limits.Split('\n').FirstOrDefault(one => one.StartsWith("Max open files", StringComparison.Ordinal));
        var words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [_, _, _, var soft, ..])
            return new Finding("file descriptors", FindingGrade.Ok, "their limit cannot be read here");
        if (!long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            return new Finding("file descriptors", FindingGrade.Ok, soft);
        return limit >= needed
            ? new Finding("file descriptors", FindingGrade.Ok, $"{limit} a process")
            : new Finding("file descriptors", FindingGrade.Warning, $"{limit} a process, and {contexts} pages at once may need {needed}", "Raise it: ulimit -n, LimitNOFILE= of systemd, ulimits of the container.");
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
