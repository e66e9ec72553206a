using ContextPool.Memory;

namespace ContextPool.Browsers;

/// <summary>A browser's GPU and network processes, watched for being replaced: Chromium starts a new one and says nothing.</summary>
internal sealed class HelperProcesses
{
    private ProcessIdentity? _gpu;
    private ProcessIdentity? _network;

    /// <summary>Compares with the last look. A browser that is gone altogether lost no helper.</summary>
    /// <param name="tree">Its process tree now.</param>
    public (bool GpuDied, bool NetworkDied) Look(IReadOnlyList<BrowserProcess> tree)
    {
        if (!tree.Any(process => process.Kind == BrowserProcessKind.Browser))
            return (false, false);

        var gpuDied = Replaced(ref _gpu, tree, BrowserProcessKind.Gpu);
        var networkDied = Replaced(ref _network, tree, BrowserProcessKind.NetworkService);
        return (gpuDied, networkDied);
    }

    private static bool Replaced(ref ProcessIdentity? known, IReadOnlyList<BrowserProcess> tree, BrowserProcessKind kind)
    {
        var before = known;
        // A walk of the tree may miss somebody whose sibling ends just then; so whoever is missed is asked for by name.
        if (before is { } process && (tree.Any(found => found.Id == process) || process.IsAlive))
            return false;

        known = tree.Where(found => found.Kind == kind).Select(found => (ProcessIdentity?)found.Id).FirstOrDefault();
        return before is not null;
    }
}
