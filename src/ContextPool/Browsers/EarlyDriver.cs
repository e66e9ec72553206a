namespace ContextPool.Browsers;

/// <summary>A driver that is begun before anybody knows whether a browser will be needed, for a program whose user waits for the first page.</summary>
/// <remarks>
/// A driver takes a quarter of a second of work before it answers, and needs to know nothing of what it will start; so it can do that while the program reads its command line and
/// its configuration. The first browser that is launched gets it (<see cref="PlaywrightBrowserLauncher"/>). One that nobody takes is ended: when this is
/// disposed, at the latest after a while.
/// </remarks>
public sealed class EarlyDriver : IAsyncDisposable
{
    /// <summary>Nobody has taken it by then: the program does something else first.</summary>
    internal static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    private readonly string _workFolder;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<PlaywrightDriver> _starting;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private bool _isTaken;
    private Task? _ending;

    internal EarlyDriver(string workFolder, TimeProvider time, Func<string, CancellationToken, Task<PlaywrightDriver>> start)
    {
        _workFolder = workFolder;
        _time = time;
        // Not on another thread: until its process runs nothing else may happen, or two threads that start up wait for each other for ever: seen in one start of five.
        _starting = start(workFolder, _stop.Token);
        _timer = time.CreateTimer(static early => _ = ((EarlyDriver)early!).EndAsync(), this, KeptFor, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins one for a pool that has the default <see cref="ContextPoolOptions.WorkFolder"/>. Never throws: what goes wrong is told by the launch that does without.</summary>
    public static EarlyDriver Begin() => new(new ContextPoolOptions().WorkFolder, TimeProvider.System, PlaywrightDriver.StartAsync);

    /// <summary>Ends it if nobody has taken it; whoever has sees to it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await EndAsync();
    }

    /// <summary>Hands it out, once, when it has answered.</summary>
    /// <param name="workFolder">The taker's; a driver that runs out of another folder is not for it.</param>
    /// <param name="cancellationToken">Ends it, if it has not answered.</param>
    /// <returns>Null when it is taken, ended, dead or did not start.</returns>
    internal async Task<PlaywrightDriver?> TakeAsync(string workFolder, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isTaken || _ending is not null || workFolder != _workFolder)
                return null;

            _isTaken = true;
        }

        await _timer.DisposeAsync();
        await using var given = cancellationToken.Register(_stop.Cancel);
        try
        {
            var driver = await _starting;
            if (driver.Process is not { IsAlive: false })
                return driver;

            driver.Kill();
            return null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Never throws, and is bounded: a start is broken off, and what does not end is killed.</summary>
    private Task EndAsync()
    {
        lock (_gate)
        {
            if (_isTaken)
                return Task.CompletedTask;

            return _ending ??= Task.Run(EndUntakenAsync);
        }
    }

    private async Task EndUntakenAsync()
    {
        await _stop.CancelAsync();
        try
        {
            var driver = await _starting;
            try
            {
                await driver.EndAsync(_time);
            }
            finally
            {
                driver.Kill();
            }
        }
        catch (Exception)
        {
            // It did not start, or not end in the orderly way: nothing of it is left, and nobody asked for it.
        }
    }
}
