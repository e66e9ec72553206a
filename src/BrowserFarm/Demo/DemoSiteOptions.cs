using System.ComponentModel.DataAnnotations;

namespace BrowserFarm.Demo;

/// <summary>How large and how difficult the demo shop is.</summary>
public sealed class DemoSiteOptions
{
    /// <summary>Port on 127.0.0.1.</summary>
    /// <value>Default 0: any free port; up to 65535.</value>
    [Range(0, 65535)]
    public int Port { get; set; }

    /// <summary>Products in the shop, and so roughly the pages a whole crawl visits.</summary>
    /// <value>Default 48; 1 to 100 000.</value>
    [Range(1, 100_000)]
    public int Products { get; set; } = 48;

    /// <summary>Products on a list page, and in one batch of the pages that load more.</summary>
    /// <value>Default 12; 1 to 200.</value>
    [Range(1, 200)]
    public int PageSize { get; set; } = 12;

    /// <summary>Time every API answer takes.</summary>
    /// <value>Default 40 ms; zero to 10 s. Pages stay empty for at least this long.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Time a product's reviews take, after the product itself is shown.</summary>
    /// <value>Default 400 ms; zero to 30 s.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan ReviewDelay { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Time to first byte of the document <c>/slow</c>.</summary>
    /// <value>Default 3 s; zero to 2 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:02:00")]
    public TimeSpan SlowAnswer { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Flash sale documents served per second, over all of <c>/sale/</c>; the rest is refused with 429.</summary>
    /// <value>Default 2; 0.1 to 1000.</value>
    [Range(0.1, 1000)]
    public double SalePagesPerSecond { get; set; } = 2;

    /// <summary>Flash sale documents served at once after a pause.</summary>
    /// <value>Default 2; 1 to 1000.</value>
    [Range(1, 1000)]
    public int SaleBurst { get; set; } = 2;
}
