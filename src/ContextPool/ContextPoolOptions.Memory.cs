using System.ComponentModel.DataAnnotations;

namespace ContextPool;

/// <content>What memory is reckoned with, and when it is short.</content>
public sealed partial class ContextPoolOptions
{
    /// <summary>Memory that one tab is expected to need before tabs were measured.</summary>
    /// <value>
    /// Bytes; default 150 MB; 16 MB to 4 GB, and at most <see cref="MaxTabBytes"/>. Counts like 20 measurements, so that it fades as
    /// tabs are measured. Source of the default: PSS of 52 to 90 MB per tab measured on a page of 3000 nodes, and room for heavier ones.
    /// </value>
    [Range(16L << 20, 4L << 30)]
    public long TabBytes { get; set; } = 150L << 20;

    /// <summary>Memory at which one page's process is killed: its lease is lost, its neighbours live on.</summary>
    /// <value>
    /// Bytes private to the process (resident, not shared); default 1 GB; 64 MB to 64 GB. Chosen, not measured: seven times
    /// <see cref="TabBytes"/>, far above any page that is merely heavy.
    /// </value>
    [Range(64L << 20, 64L << 30)]
    public long MaxTabBytes { get; set; } = 1L << 30;

    /// <summary>Share of the memory limit in use at which admission, once stopped, begins again.</summary>
    /// <value>Ratio; default 0.75; 0.1 to 0.99, below <see cref="HighWatermark"/>. Ten points below it, so that one tab more or less does not flip it.</value>
    [Range(0.1, 0.99)]
    public double LowWatermark { get; set; } = 0.75;

    /// <summary>Share of the memory limit in use at which nothing more is admitted.</summary>
    /// <value>Ratio; default 0.85; 0.1 to 0.99, between the other two. The default was chosen, not measured: it leaves a young tab time to grow.</value>
    [Range(0.1, 0.99)]
    public double HighWatermark { get; set; } = 0.85;

    /// <summary>Share of the memory limit in use at which running work is given up to save the rest.</summary>
    /// <value>Ratio; default 0.93; 0.1 to 0.99, above <see cref="HighWatermark"/>. Chosen, not measured: the kernel kills at 1, and before that everything stalls.</value>
    [Range(0.1, 0.99)]
    public double ShedWatermark { get; set; } = 0.93;

    /// <summary>Memory that a cell needs before it has a tab: the driver and the browser process.</summary>
    /// <value>Bytes; default 350 MB (measured: driver 126 MB + full Chromium 224 MB PSS); 0 to 4 GB.</value>
    [Range(0L, 4L << 30)]
    public long CellBaseBytes { get; set; } = 350L << 20;

    /// <summary>Share of the memory limit that is left free for everybody else on the machine.</summary>
    /// <value>Ratio; default 0.1; 0 to 0.9. At least <see cref="MinReserveBytes"/> and one tab are kept in any case.</value>
    [Range(0.0, 0.9)]
    public double ReserveRatio { get; set; } = 0.1;

    /// <summary>Least memory left free, however small the limit is.</summary>
    /// <value>Bytes; default 256 MB; 0 to 64 GB.</value>
    [Range(0L, 64L << 30)]
    public long MinReserveBytes { get; set; } = 256L << 20;

    /// <summary>Learn from the tabs that run how much memory one needs. Off: <see cref="TabBytes"/> and <see cref="CellBaseBytes"/> hold for ever.</summary>
    /// <value>Default true.</value>
    public bool MeasureTabCost { get; set; } = true;
}
