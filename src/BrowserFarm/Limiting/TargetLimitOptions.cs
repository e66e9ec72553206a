namespace BrowserFarm.Limiting;

/// <summary>Bounds of the per-target limit.</summary>
public sealed class TargetLimitOptions
{
    /// <summary>Requests in flight to a target once the first, sent alone, was answered. Default 2; 1 to <see cref="Max"/>.</summary>
    public int Start { get; set; } = 2;

    /// <summary>Most requests in flight to one target. Default 32; 1 to 1000.</summary>
    public int Max { get; set; } = 32;

    /// <summary>Least time between two requests to one target; a longer Crawl-delay of its robots.txt wins. Default none; up to 1 day.</summary>
    public TimeSpan Spacing { get; set; }

    /// <summary>Upper end of the first pause that we choose ourselves; doubles with each cut in a row. Default 1 s.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause we choose ourselves. Default 60 s. A target's own <c>Retry-After</c> may be longer.</summary>
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromSeconds(60);
}
