namespace BrowserFarm.Jobs;

/// <summary>As whom pages are visited; what is not said here is as configured.</summary>
public sealed record VisitorSpec
{
    /// <summary>One of Playwright's devices, for example <c>Pixel 7</c>; null as configured.</summary>
    public string? Device { get; init; }

    /// <summary>Absolute path of a profile: the cookies and the storage of somebody who has logged in. Null as configured. What is in the file is never stored with a crawl.</summary>
    public string? Profile { get; init; }

    /// <summary>Headers of every request, wherever it goes, besides those configured. Stored with the crawl.</summary>
    public IReadOnlyList<HttpPair> Headers { get; init => field = value ?? []; } = [];   // absent in crawls of earlier builds

    /// <summary>Cookies for the hosts that a crawl begins with, besides those of the profile. Stored with the crawl.</summary>
    public IReadOnlyList<HttpPair> Cookies { get; init => field = value ?? []; } = [];
}

/// <summary>A header, or a cookie.</summary>
public sealed record HttpPair(string Name, string Value);
