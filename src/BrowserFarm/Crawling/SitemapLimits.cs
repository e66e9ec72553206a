namespace BrowserFarm.Crawling;

/// <summary>How much of a site's sitemaps is read; whatever comes beyond is cut, and said so.</summary>
/// <remarks>Source: sitemaps.org/protocol.html for the addresses and bytes of a file. The others are ours.</remarks>
public sealed record SitemapLimits
{
    /// <summary>Addresses of one file.</summary>
    public int MaxAddresses { get; init; } = 50_000;

    /// <summary>Bytes of one file, as it is sent and after it is decompressed.</summary>
    public long MaxBytes { get; init; } = 52_428_800;

    /// <summary>Files of one site, indexes included: fifty million addresses.</summary>
    public int MaxFiles { get; init; } = 1000;

    /// <summary>Indexes in a row. The protocol allows one; sites nest them all the same.</summary>
    public int MaxNesting { get; init; } = 4;

    /// <summary>Tries of a file whose site does not answer or has a problem.</summary>
    public int MaxTries { get; init; } = 3;

    /// <summary>Pause before the second try; the next is twice as long.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For one file, from the request to its last byte taken.</summary>
    public TimeSpan FileTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For all files of one site.</summary>
    public TimeSpan SiteTimeout { get; init; } = TimeSpan.FromHours(1);
}
