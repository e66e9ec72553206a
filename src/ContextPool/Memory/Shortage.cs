using ContextPool.Leasing;

namespace ContextPool.Memory;

/// <summary>When memory is about to run out, and who is to go for it. Pure.</summary>
/// <remarks>
/// A page can fill memory as fast as the kernel hands it out (hundreds of MB a second were seen), which is faster than the capacity
/// or the shedding of leases can follow. This is for the last tenths of a second before the kernel would choose a process to kill.
/// </remarks>
internal static class Shortage
{
    /// <summary>Reckoned, not measured: from one look to the release of what was killed after it: the look itself, the processes' list, the end of a large process.</summary>
    private static readonly TimeSpan ReactionTime = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Between two kills while memory does not fall any more.</summary>
    private static readonly TimeSpan CalmInterval = TimeSpan.FromSeconds(1);

    /// <summary>Bytes per second at which the pauses between two looks are reckoned: several pages that fill memory at once.</summary>
    private const double FastestFall = 4.0 * (1L << 30);

    /// <summary>A helper of the browser (for the GPU, network, storage) or the browser itself is not blamed for less.</summary>
    private const long HelperNormalBytes = 256L << 20;

    /// <summary>Time until the next look: what is left would last longer even if it fell as fast as it can.</summary>
    public static TimeSpan NextLook(long availableBytes)
    {
        var lasts = TimeSpan.FromSeconds(Math.Max(0, availableBytes) / FastestFall);
        return lasts < Shortest ? Shortest : lasts > Longest ? Longest : lasts;
    }

    /// <summary>All that is left will be gone before anybody could do something about it; or little is left and the last kill was not enough.</summary>
    /// <param name="fallPerSecond">How fast what is available has become less; negative when it has become more.</param>
    /// <param name="sinceLastKill">Null when there was none.</param>
    /// <remarks>
    /// Little is half of <see cref="ContextPoolOptions.MinReserveBytes"/>. While it does not become less, it is somebody else's memory as
    /// likely as not, and the pages go one a second, as they do when leases are shed.
    /// </remarks>
    public static bool IsNear(long availableBytes, double fallPerSecond, TimeSpan? sinceLastKill, ContextPoolOptions options) =>
        availableBytes < fallPerSecond * ReactionTime.TotalSeconds
        || (availableBytes < options.MinReserveBytes / 2 && (fallPerSecond > 0 || !(sinceLastKill < CalmInterval)));

    /// <summary>The process whose end gives most memory back for the least harm; null when none holds anything worth it.</summary>
    /// <param name="processes">Of all cells, without those that are being killed already.</param>
    /// <remarks>
    /// The largest renderer, as a rule: one page is lost. A browser or one of its helpers only when it holds more above what is normal for
    /// it than any renderer holds altogether (a page can make the browser process keep its data, as blobs and canvases are).
    /// </remarks>
    public static T? Victim<T>(IEnumerable<T> processes, Func<T, BrowserProcess> of)
        where T : struct =>
        processes.Select(each => (Each: (T?)each, Excess: Excess(of(each)))).Where(candidate => candidate.Excess > 0)
            .OrderByDescending(candidate => candidate.Excess).FirstOrDefault().Each;

    /// <summary>What a lease is told whose page's process was the largest: at less than two ordinary tabs it was only unlucky.</summary>
    public static LeaseLoss BlameFor(long privateBytes, long tabBytes) =>
        privateBytes > 2 * tabBytes ? LeaseLoss.MemoryExceeded : LeaseLoss.MemoryPressure;

    private static long Excess(BrowserProcess process) => process.Kind switch
    {
        BrowserProcessKind.Renderer => process.PrivateBytes,
        BrowserProcessKind.Driver or BrowserProcessKind.Zygote => 0,
        _ => process.PrivateBytes - HelperNormalBytes,
    };
}
