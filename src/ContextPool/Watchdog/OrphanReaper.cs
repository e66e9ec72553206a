using ContextPool.Browsers;
using ContextPool.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ContextPool.Watchdog;

/// <summary>Removes what dead programs left behind: processes that run out of their cell folders, and the folders.</summary>
/// <remarks>
/// Normally nothing is left: a driver ends with its program and takes its browser along (measured: within 0.5 s). This is for a stopped
/// driver, a browser that hung while its driver was killed, and temporary files, which a killed process never removes.
/// </remarks>
internal static class OrphanReaper
{
    private const string FolderVariable = "TMPDIR";

    /// <summary>One sweep. Never throws.</summary>
    /// <returns>Cell folders that were removed or whose processes were killed.</returns>
    public static int Sweep(string root, ILogger logger)
    {
        var swept = 0;
        try
        {
            foreach (var (folder, owner) in CellFolder.In(root))
            {
                if (!IsOrphan(folder, owner))
                    continue;

                folder.Noted()?.Browser?.Kill();
                var processes = ProcessesOf(folder);
                Kill(processes);
                if (folder.Delete() || processes.Count > 0)
                {
                    swept++;
                    logger.OrphanSwept(folder.Path, processes.Count);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.OrphanSweepFailed(root, exception.Message);
        }

        return swept;
    }

    /// <summary>
    /// Kills them, and the groups that one of them leads. A driver leads none: it is in the group that its dead program was in, with the shell, the script or the
    /// service manager that started it, and whatever else they started. None of that is ours.
    /// </summary>
    private static void Kill(IReadOnlyList<ProcessIdentity> processes)
    {
        foreach (var process in processes)
        {
            if (ProcessIdentity.ReadStat(process.Pid) is { } stat && processes.Any(leader => leader.Pid == stat.GroupId))
                process.KillGroup();
            else
                process.Kill();
        }
    }

    /// <summary>Its program is gone; or it is our own, was in use, and nothing runs out of it any more.</summary>
    private static bool IsOrphan(CellFolder folder, ProcessIdentity owner)
    {
        if (owner != ProcessIdentity.OfThisProgram)
            return !owner.IsAlive;

        return folder.Noted() is { IsAlive: false };
    }

    /// <summary>Who was started in a folder, by their environment, which no other process has. Renderers have none of it; their group is noted.</summary>
    private static IReadOnlyList<ProcessIdentity> ProcessesOf(CellFolder folder) =>
        ProcessIdentity.WithEnvironment(FolderVariable, folder.Path);
}
