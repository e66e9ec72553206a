namespace ContextPool.Memory;

/// <summary>Which pages have grown beyond all measure. Pure.</summary>
/// <remarks>
/// Killing such a renderer by its id is enough: Playwright reports the crash on the right page, so nobody needs to know which tab it
/// shows. A page that spreads over several renderers is not found here; <see cref="MemoryPressure"/> is for those.
/// </remarks>
internal static class RendererCap
{
    /// <param name="tree">A cell's processes.</param>
    /// <param name="maxTabBytes">See <see cref="ContextPoolOptions.MaxTabBytes"/>.</param>
    /// <returns>Renderers whose private bytes are above the cap, in the order of the tree.</returns>
    public static IEnumerable<BrowserProcess> Over(IReadOnlyList<BrowserProcess> tree, long maxTabBytes) =>
        tree.Where(process => process.Kind == BrowserProcessKind.Renderer && process.PrivateBytes > maxTabBytes);
}
