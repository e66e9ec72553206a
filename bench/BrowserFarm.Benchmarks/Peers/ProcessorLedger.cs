namespace BrowserFarm.Benchmarks.Peers;

/// <summary>Adds up processor time by what processes are for, those included that ended meanwhile. Pure; not safe for concurrent use.</summary>
/// <remarks>
/// The kernel adds the time of a process that has ended to its parent's once that has waited for it, and Chromium's zygotes, node and .NET all wait. So the time of all together is exactly what the tree holds at the
/// end less what it held at the beginning, however short somebody lived. How it is shared out comes from looking several times a second; what a process worked after it was last seen is the renderers', of which
/// there are many short-lived ones. The processes of all other kinds live as long as their browser.
/// </remarks>
internal sealed class ProcessorLedger
{
    private readonly Dictionary<(int Pid, long Started), (ProcessKind Kind, long First, long Last)> _seen = [];
    private long? _before;
    private long _after;

    /// <summary>Notes all processes of the tree; the first call is the beginning, the last the end.</summary>
    public void Add(IEnumerable<(ProcessTime Time, ProcessKind Kind)> tree)
    {
        _after = 0;
        foreach (var (time, kind) in tree)
        {
            _after += time.Own + time.Children;
            var key = (time.Pid, time.Started);
            var first = _seen.TryGetValue(key, out var known) ? known.First : _before is null ? time.Own : 0;
            _seen[key] = (kind, first, time.Own);
        }

        _before ??= _after;
    }

    /// <returns>Every kind, in hundredths of a second from the beginning to the end.</returns>
    public IReadOnlyDictionary<ProcessKind, long> Sum()
    {
        var sums = Enum.GetValues<ProcessKind>().ToDictionary(kind => kind, kind => _seen.Values.Where(seen => seen.Kind == kind).Sum(seen => seen.Last - seen.First));
        sums[ProcessKind.Renderer] += Math.Max(0, _after - (_before ?? 0) - sums.Values.Sum());
        return sums;
    }
}
