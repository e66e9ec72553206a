namespace BrowserFarm.Rendering;

/// <summary>When a page counts as ready to be read.</summary>
public enum WaitUntil
{
    /// <summary>Parsed, and the network quiet: what scripts load is there.</summary>
    Settled,

    /// <summary>The <c>load</c> event: images and frames of the document are there, what scripts load later is not.</summary>
    Load,

    /// <summary>The <c>DOMContentLoaded</c> event: the document is parsed and its deferred scripts ran.</summary>
    DomContentLoaded,
}

/// <summary>How pages are rendered.</summary>
public sealed class RenderOptions
{
    /// <summary>When a page is captured. Default <see cref="WaitUntil.Settled"/>.</summary>
    public WaitUntil WaitUntil { get; set; } = WaitUntil.Settled;

    /// <summary>Longest wait for the main document. Default 30 s.</summary>
    public TimeSpan NavigationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for one thing in the page: a selector, a picture, the capture itself. Default 10 s.</summary>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a page to go quiet; it is then captured as it stands, with <c>settled: false</c>. Default 10 s.</summary>
    public TimeSpan SettleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Kinds of resources that are not loaded, in the spelling of the DevTools protocol (<c>Image</c>, <c>Media</c>, <c>Font</c>, …). Default none.</summary>
    public IReadOnlyList<string> BlockedResourceTypes { get; set; } = [];

    /// <summary>URL patterns that are not loaded; <c>*</c> matches anything. Default none.</summary>
    public IReadOnlyList<string> BlockedUrls { get; set; } = [];

    /// <summary>Longest one whole rendering can take: the sum of its parts.</summary>
    public TimeSpan AttemptTimeout => NavigationTimeout + SettleTimeout + (3 * ActionTimeout);
}
