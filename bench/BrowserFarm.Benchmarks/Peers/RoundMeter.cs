using System.Globalization;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>Measures the processes of a contestant during a round: processor time by kind, and, in a round of its own, memory, which costs too much to look at while time is taken.</summary>
internal sealed class RoundMeter(bool measuresMemory) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly ProcessorLedger _ledger = new();
    private readonly Dictionary<(int Pid, long Started), ProcessKind> _kinds = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;
    private int _root;

    public IReadOnlyDictionary<ProcessKind, TimeSpan> ProcessorTime => _ledger.Sum().ToDictionary(sum => sum.Key, sum => TimeSpan.FromMilliseconds(10 * sum.Value));

    /// <summary>Most memory of all processes of Chromium together.</summary>
    /// <value>Bytes, proportional share (PSS); 0 when memory is not measured.</value>
    public long PeakChromiumBytes { get; private set; }

    /// <summary>The same of all processes of the contestant.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>The clock runs.</summary>
    /// <param name="root">The contestant's process.</param>
    public void Begin(int root)
    {
        _root = root;
        Look();
        _watching = WatchAsync();
    }

    /// <summary>The last page is read, and every process is still there.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        Look();
    }

    public void Dispose() => _stop.Dispose();

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause, TimeProvider.System, _stop.Token);
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // It has ended.
        }
    }

    private void Look()
    {
        var tree = ProcessTimes.Below(_root).Select(time => (Time: time, Kind: KindOf(time))).ToList();
        _ledger.Add(tree);
        if (!measuresMemory)
            return;

        var (chromium, all) = (0L, 0L);
        foreach (var (time, kind) in tree)
        {
            var bytes = PssBytes(time.Pid);
            all += bytes;
            chromium += ProcessKinds.IsChromium(kind) ? bytes : 0;
        }

        (PeakChromiumBytes, PeakBytes) = (Math.Max(PeakChromiumBytes, chromium), Math.Max(PeakBytes, all));
    }

    /// <summary>Looked up once a process, but while it is a zygote's: what is forked from one says who it is a moment later.</summary>
    private ProcessKind KindOf(ProcessTime time)
    {
        var key = (time.Pid, time.Started);
        if (_kinds.TryGetValue(key, out var known))
            return known;

        var commandLine = ProcessTimes.CommandLine(time.Pid);
        var kind = ProcessKinds.Of(commandLine, time.Pid == _root);
        if (commandLine.Length > 0 && !commandLine.Contains("--type=zygote", StringComparison.Ordinal))
            _kinds[key] = kind;
        return kind;
    }

    private static long PssBytes(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/smaps_rollup").Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
                .Select(line => long.Parse(line["Pss:".Length..^"kB".Length], CultureInfo.InvariantCulture) << 10).FirstOrDefault();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
