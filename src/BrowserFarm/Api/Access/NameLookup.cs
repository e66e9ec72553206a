using System.Net;
using System.Net.Sockets;

namespace BrowserFarm.Api.Access;

/// <summary>Finds the addresses of a name.</summary>
internal interface INameLookup
{
    /// <returns>Empty when there are none.</returns>
    /// <exception cref="SocketException">The name does not exist, or nobody could be asked.</exception>
    Task<IReadOnlyList<IPAddress>> FindAsync(string name);
}

/// <summary>Asks the system's resolver, the hosts file included, as a browser does.</summary>
internal sealed class SystemNameLookup : INameLookup
{
    public async Task<IReadOnlyList<IPAddress>> FindAsync(string name) => await Dns.GetHostAddressesAsync(name, CancellationToken.None);
}

/// <summary>Remembers what names lead to for a short time, asks for each only once at a time, and never for long. Safe for concurrent use.</summary>
/// <remarks>
/// The system's resolver holds a thread for as long as it takes, whoever still waits for it. So a place is held as long, and with all places held names count as not found:
/// a hundred names of a slow server do not take all threads of the program.
/// </remarks>
#pragma warning disable CA1001 // A SemaphoreSlim whose wait handle nobody asks for has nothing to dispose.
internal sealed class RememberedNames(INameLookup lookup, AddressOptions options, TimeProvider time)
#pragma warning restore CA1001
{
    /// <summary>Names that are asked for at the same time.</summary>
    private const int MaxAtOnce = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Queue<Entry> _byAge = new();
    private readonly SemaphoreSlim _places = new(MaxAtOnce);

    private sealed record Entry(string Name, Task<IReadOnlyList<IPAddress>> Addresses, long AskedAt);

    /// <summary>Names that are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>The addresses of a name; empty when it has none, or none that could be found in time.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> only; others who wait for the name go on.</exception>
    public Task<IReadOnlyList<IPAddress>> FindAsync(string name, CancellationToken cancellationToken)
    {
        TaskCompletionSource<IReadOnlyList<IPAddress>> answer;
        lock (_lock)
        {
            if (_entries.TryGetValue(name, out var known) && (!known.Addresses.IsCompleted || time.GetElapsedTime(known.AskedAt) < options.RememberFor))
                return known.Addresses.WaitAsync(cancellationToken);

            answer = new TaskCompletionSource<IReadOnlyList<IPAddress>>(TaskCreationOptions.RunContinuationsAsynchronously);
            var entry = new Entry(name, answer.Task, time.GetTimestamp());
            _entries[name] = entry;
            _byAge.Enqueue(entry);
            ForgetUnsynchronized();
        }

        _ = AnswerAsync(name, answer);
        return answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The oldest go first, also those that were asked for anew since: of these only the place in the row.</summary>
    private void ForgetUnsynchronized()
    {
        while (_byAge.Count > options.RememberedNames)
        {
            var oldest = _byAge.Dequeue();
            if (_entries.TryGetValue(oldest.Name, out var current) && ReferenceEquals(current, oldest))
                _entries.Remove(oldest.Name);
        }
    }

    private async Task AnswerAsync(string name, TaskCompletionSource<IReadOnlyList<IPAddress>> answer)
    {
        using var end = new CancellationTokenSource(options.ResolveWithin, time);
        try
        {
            var asking = AskAsync(name, end.Token);
            answer.SetResult(await asking.WaitAsync(end.Token));
        }
        catch (Exception)
        {
            answer.TrySetResult([]);      // a name that leads nowhere, for whatever reason
        }
    }

    private async Task<IReadOnlyList<IPAddress>> AskAsync(string name, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            await Task.Yield();           // a resolver may well work before it first awaits
            return await lookup.FindAsync(name);
        }
        finally
        {
            _places.Release();
        }
    }
}
