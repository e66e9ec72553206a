using BrowserFarm.Benchmarks.Peers;
using BrowserFarm.Benchmarks.Reporting;
using TestKit;

namespace BrowserFarm.Benchmarks.Scaling;

/// <summary>Memory of Chromium (PSS) with so many contexts open, an ordinary page in each.</summary>
internal static class ContextMemory
{
    private static readonly int[] Counts = [1, 2, 4, 8, 16, 32];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    public static async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var site = await HostileSite.StartAsync(cancellationToken);
        await using var pool = PoolApi.Open(new PoolSettings(MaxContextsPerCore: 64));
        var table = new MarkdownTable("Contexts", "Chromium, PSS", "a context", "each one more");
        List<LeasedTab> tabs = [];
        var before = (Count: 0, Bytes: 0L);
        foreach (var count in Counts)
        {
            while (tabs.Count < count)
            {
                var tab = await pool.LeaseTabAsync(PoolApi.Request($"tab {tabs.Count}", key: null, Patience, TimeSpan.FromHours(1)), cancellationToken);
                tabs.Add(tab);
                await tab.Page.GotoAsync(site.UriOf(site.Ordinary[tabs.Count % site.Ordinary.Count]).AbsoluteUri);
            }

            var bytes = await MeasureAsync(cancellationToken);
            table.Add($"{count}", Figures.Megabytes(bytes), Figures.Megabytes(bytes / count), before.Count == 0 ? "–" : Figures.Megabytes((bytes - before.Bytes) / (count - before.Count)));
            before = (count, bytes);
        }

        foreach (var tab in tabs)
            await tab.DisposeAsync();
        return $"### Memory against contexts\n\n{table}";
    }

    private static async Task<long> MeasureAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Look, TimeProvider.System, cancellationToken);
        using var meter = new RoundMeter(measuresMemory: true);
        meter.Begin(Environment.ProcessId);
        await meter.EndAsync();
        return meter.PeakChromiumBytes;
    }
}
