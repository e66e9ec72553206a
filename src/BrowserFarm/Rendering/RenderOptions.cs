using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Actions;

namespace BrowserFarm.Rendering;

/// <summary>How pages are rendered.</summary>
public sealed class RenderOptions
{
    /// <summary>When a page is captured. Default <see cref="WaitUntil.Settled"/>.</summary>
    public WaitUntil WaitUntil { get; set; } = WaitUntil.Settled;

    /// <summary>Longest wait for the main document. Default 30 s.</summary>
    public TimeSpan NavigationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for one thing in the page: a selector, a picture, the capture itself. Default 10 s.</summary>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest a handler (<see cref="Handlers.IPageHandler"/>) may work on one page. Default 30 s.</summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for a page to go quiet; it is then captured as it stands, with <c>settled: false</c>. Default 10 s.</summary>
    public TimeSpan SettleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Pages of a site are read in tabs that draw nothing, once enough of them were the same there. Default true.</summary>
    public bool Frameless { get; set; } = true;

    /// <summary>Kinds of resources that are not loaded, in the spelling of the DevTools protocol (<c>Image</c>, <c>Media</c>, <c>Font</c>, …). Default none.</summary>
    public IReadOnlyList<string> BlockedResourceTypes { get; set; } = [];

    /// <summary>Hosts from which, and from those below which, nothing is loaded into pages. Default none.</summary>
    public IReadOnlyList<string> BlockedHosts { get; set; } = [];

    /// <summary>URL patterns that are not loaded; <c>*</c> matches anything. Default none.</summary>
    public IReadOnlyList<string> BlockedUrls { get; set; } = [];

    /// <summary>Longest one whole rendering without actions can take: the sum of its parts.</summary>
    public TimeSpan AttemptTimeout => NavigationTimeout + SettleTimeout + (3 * ActionTimeout);

    /// <summary>Longest one whole rendering can take, with the waits and actions that are wished for.</summary>
    public TimeSpan AttemptTimeoutOf(PageWish wish) => AttemptTimeout
        + (Math.Max(0, wish.Formats.Count(PageFormats.IsFile) - 1) * ActionTimeout)
        + (wish.Handler is null ? TimeSpan.Zero : HandlerTimeout)
        + (wish.WaitForScript is null ? TimeSpan.Zero : ActionTimeout)
        + (wish.WaitForResponse is null ? TimeSpan.Zero : ActionTimeout)
        + (wish.Actions.Count == 0 ? TimeSpan.Zero : ActionRunner.TimeFor(wish.Actions, this) + SettleTimeout);
}
