using BrowserFarm.Diagnostics;
using BrowserFarm.Queueing;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Storage;

/// <summary>The storage takes nothing at the moment.</summary>
/// <param name="Since">When that was met.</param>
/// <param name="Reason">In words, without a full stop.</param>
public sealed record StorageTrouble(DateTimeOffset Since, string Reason);

/// <summary>Waits out a disk without room, and a database that another program has locked: what failed is done again once a second until it succeeds.</summary>
/// <remarks>Only what passes by itself or with somebody's help is waited for. A damaged database, a lost permission or a failing disk is an error as before.</remarks>
public sealed class StorageWait(TimeProvider time, ILogger<StorageWait> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // As Linux numbers them (errno(3)); .NET hands them on as they are.
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    private readonly Lock _gate = new();
    private int _waiting;
    private StorageTrouble? _trouble;

    /// <summary>What is being waited out; null while everything can be written.</summary>
    public StorageTrouble? Trouble
    {
        get
        {
            lock (_gate)
                return _trouble;
        }
    }

    /// <summary>Whether the same may well succeed later, with nothing done to it.</summary>
    public static bool IsPassing(Exception exception) =>
        exception is QueueStorageException { IsPassing: true } or IOException { HResult: NoSpaceLeft or QuotaExceeded };

    /// <summary>What is wrong, without a full stop: the queue names its file and that; the system does so in its own words.</summary>
    public static string Words(Exception exception) => (exception is IOException { HResult: QuotaExceeded } ? $"The disk quota is used up ({exception.Message})"
        : exception is IOException ? $"The disk is full ({exception.Message})"
        : exception.Message).TrimEnd('.');

    /// <summary>Does what needs the storage, again and again if it must.</summary>
    /// <param name="work">Changes nothing when it fails.</param>
    /// <param name="giveUp">Ends the waiting: after one more try its failure is thrown.</param>
    public async Task<T> InsistAsync<T>(Func<Task<T>> work, CancellationToken giveUp)
    {
        var waits = false;
        try
        {
            while (true)
            {
                try
                {
                    return await work();
                }
                catch (Exception exception) when (IsPassing(exception) && !giveUp.IsCancellationRequested)
                {
                    if (!waits)
                        Enter(exception);
                    waits = true;
                }

                await Task.Delay(Pause, time, giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            if (waits)
                Leave();
        }
    }

    /// <inheritdoc cref="InsistAsync{T}(Func{Task{T}}, CancellationToken)"/>
    public Task InsistAsync(Func<Task> work, CancellationToken giveUp) => InsistAsync(
        async () =>
        {
            await work();
            return true;
        },
        giveUp);

    private void Enter(Exception exception)
    {
        var reason = Words(exception);
        lock (_gate)
        {
            _waiting++;
            if (_trouble is not null)
                return;
            _trouble = new StorageTrouble(time.GetUtcNow(), reason);
        }

        logger.StorageWaits(reason);
    }

    private void Leave()
    {
        TimeSpan took;
        lock (_gate)
        {
            if (--_waiting > 0 || _trouble is not { } trouble)
                return;
            took = time.GetUtcNow() - trouble.Since;
            _trouble = null;
        }

        logger.StorageGoesOn(took.TotalSeconds);
    }
}
