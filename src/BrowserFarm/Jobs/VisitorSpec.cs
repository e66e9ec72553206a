namespace BrowserFarm.Jobs;

/// <summary>As whom pages are visited; what is not said here is as configured.</summary>
public sealed record VisitorSpec
{
    /// <summary>One of Playwright's devices, for example <c>Pixel 7</c>; null as configured.</summary>
    public string? Device { get; init; }

    /// <summary>Absolute path of a profile: the cookies and the storage of somebody who has logged in. Null as configured. What is in the file is never stored with a crawl.</summary>
    public string? Profile { get; init; }
}
