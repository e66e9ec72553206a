using System.Reflection;
using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

/// <summary>A queue whose storage takes nothing while <see cref="Refusal"/> is set; the rest of the time it is the queue behind it.</summary>
public class RefusingQueue : DispatchProxy
{
    private IJobQueue _queue = null!;

    /// <summary>What every method throws; null for none.</summary>
    public QueueStorageException? Refusal { get; set; }

    /// <summary>Calls that were refused.</summary>
    public int Refused { get; private set; }

    public static QueueStorageException Full => new("The disk that holds crawl.db is full.") { IsPassing = true };

    public static (IJobQueue Queue, RefusingQueue Control) Before(IJobQueue queue)
    {
        var proxy = Create<IJobQueue, RefusingQueue>();
        ((RefusingQueue)proxy)._queue = queue;
        return (proxy, (RefusingQueue)proxy);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (Refusal is not { } refusal)
            return targetMethod!.Invoke(_queue, args);

        Refused++;
        throw refusal;
    }
}
