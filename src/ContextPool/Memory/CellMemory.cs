namespace ContextPool.Memory;

/// <summary>What one cell holds, by tab.</summary>
/// <param name="TotalBytes">Everything: driver, browser and all its processes.</param>
/// <param name="BaseBytes">What no busy tab is charged with: driver, browser, helpers, idle tabs. With <paramref name="TabBytes"/> it adds up to the total.</param>
/// <param name="TabBytes">One figure per busy tab that has a renderer, largest first; may be empty.</param>
/// <param name="LargestRendererBytes">The largest single renderer; 0 when there is none.</param>
/// <remarks>All in bytes of proportional share (PSS): shared pages are divided among those who share them, so that figures may be added.</remarks>
internal readonly record struct CellMemory(long TotalBytes, long BaseBytes, IReadOnlyList<long> TabBytes, long LargestRendererBytes)
{
    /// <summary>Charges renderers to tabs by size alone, for the kernel does not know which renderer shows which tab. Pure.</summary>
    /// <param name="processes">The cell's processes with their proportional shares; order does not matter.</param>
    /// <param name="busyTabs">Tabs on loan; negative counts as 0.</param>
    /// <param name="idleTabs">Tabs open and not on loan, showing <c>about:blank</c>; negative counts as 0.</param>
    /// <remarks>
    /// <para>
    /// The largest renderers are the busy tabs', one each; the smallest are the idle tabs' and belong to the base; those between
    /// (frames of other sites, workers, a spare renderer) are spread evenly over the busy tabs.
    /// </para>
    /// <para>
    /// Limits. A figure is not a certain tab's: only the set of them means anything. A frame larger than some busy tab's own renderer
    /// takes that tab's place, which makes two tabs of unlike size look alike but keeps their sum. Where Chromium lets two tabs share a
    /// renderer there are fewer figures than tabs, and each is of all that share it: too high, the careful side. A spare
    /// renderer (19 MB measured) is charged to the busy tabs. What a tab costs the browser process itself is left in the base.
    /// </para>
    /// </remarks>
    public static CellMemory Attribute(IReadOnlyList<(BrowserProcessKind Kind, long PssBytes)> processes, int busyTabs, int idleTabs)
    {
        var total = processes.Sum(process => process.PssBytes);
        var renderers = processes.Where(process => process.Kind == BrowserProcessKind.Renderer).Select(process => process.PssBytes).OrderDescending().ToList();

        var tabs = renderers.GetRange(0, Math.Clamp(busyTabs, 0, renderers.Count));
        if (tabs.Count > 0)
        {
            var others = Math.Max(0, renderers.Count - tabs.Count - Math.Max(0, idleTabs));
            var share = renderers.GetRange(tabs.Count, others).Sum() / tabs.Count;
            for (var i = 0; i < tabs.Count; i++)
                tabs[i] += share;
        }

        return new CellMemory(total, total - tabs.Sum(), tabs, renderers.Count > 0 ? renderers[0] : 0);
    }
}
