using System.Collections.Concurrent;
using System.Reflection;
using ContextPool;
using ContextPool.Browsers;
using Microsoft.Playwright;

namespace TestKit;

/// <summary>Starts browsers that are only objects, and behaves as badly as a test asks: slow, failing, hanging, dying.</summary>
/// <remarks>Safe for concurrent use. A hanging call ends as with a real browser: when the browser is killed or exits, with an error.</remarks>
public sealed class FakeBrowserLauncher : IBrowserLauncher
{
    private readonly ConcurrentQueue<FakeBrowser> _browsers = new();
    private readonly Lock _gate = new();
    private int _launches;
    private int _failures;
    private int _open;
    private int _mostOpen;

    /// <summary>Every browser ever started, oldest first.</summary>
    public IReadOnlyList<FakeBrowser> Browsers => [.. _browsers];

    /// <summary>Launches asked for, failed ones included.</summary>
    public int Launches => Volatile.Read(ref _launches);

    /// <summary>Contexts open now in browsers that live.</summary>
    public int OpenContexts => Volatile.Read(ref _open);

    /// <summary>The most that were ever open at once.</summary>
    public int MostOpenContexts => Volatile.Read(ref _mostOpen);

    /// <summary>Awaited in every launch, with the launch's token, which is otherwise not listened to. Default: nothing to wait for.</summary>
    public Func<CancellationToken, Task> WhileLaunching { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited before a context opens; a failure here is the failure of opening. Default: nothing to wait for.</summary>
    public Func<FakeBrowser, Task> WhileOpening { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called when a context is open, before the pool has it. Default: nothing.</summary>
    public Action<FakeContext> WhenOpened { get; set; } = _ => { };

    /// <summary>What the next browsers say is their driver; a real process lets the pool look at its tree. Default: not known.</summary>
    public int? DriverPid { get; set; }

    /// <summary>Awaited before a context closes. Default: nothing to wait for.</summary>
    public Func<FakeContext, Task> WhileClosing { get; set; } = _ => Task.CompletedTask;

    /// <summary>A wait without end; the browser's death ends it.</summary>
    public static Task Hang => new TaskCompletionSource().Task;

    /// <summary>Lets the next launches fail.</summary>
    public void FailNextLaunches(int count) => Interlocked.Exchange(ref _failures, count);

    public async Task<ILaunchedBrowser> LaunchAsync(ContextPoolOptions options, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _launches);
        await WhileLaunching(cancellationToken);
        if (Interlocked.Decrement(ref _failures) >= 0)
            throw new BrowserLaunchException($"Launch {number} failed, as the test wants.");

        var browser = new FakeBrowser(this, number);
        _browsers.Enqueue(browser);
        return browser;
    }

    internal void CountOpen(int change)
    {
        lock (_gate)
        {
            _open += change;
            _mostOpen = Math.Max(_mostOpen, _open);
        }
    }
}

/// <summary>A browser without a process.</summary>
public sealed class FakeBrowser : ILaunchedBrowser
{
    private readonly FakeBrowserLauncher _launcher;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<FakeContext> _contexts = [];
    private int _killed;
    private int _driverKilled;
    private int _closed;

    internal FakeBrowser(FakeBrowserLauncher launcher, int number)
    {
        _launcher = launcher;
        BrowserPid = number;
        DriverPid = launcher.DriverPid;
    }

    public BrowserExecutable Executable { get; } = new("/fake/chromium", "fake");

    public string Version => "0.0";

    public int? BrowserPid { get; }

    public int? DriverPid { get; }

    public Task Exited => _exited.Task;

    public bool WasKilled => Volatile.Read(ref _killed) > 0;

    public bool WasClosed => Volatile.Read(ref _closed) > 0;

    /// <summary>Makes closing the browser itself hang until it is killed.</summary>
    public bool HangsWhenClosed { get; set; }

    /// <summary>Makes closing the driver hang even after the browser was killed.</summary>
    public bool HangsEvenWhenDead { get; set; }

    /// <summary>Everything that was left was killed, the driver too.</summary>
    public bool DriverWasKilled => Volatile.Read(ref _driverKilled) > 0;

    /// <summary>Every context it ever opened.</summary>
    public IReadOnlyList<FakeContext> Contexts
    {
        get
        {
            lock (_gate)
                return [.. _contexts];
        }
    }

    public async Task<IOpenedContext> OpenContextAsync(ContextProfile profile)
    {
        await UnlessItDies(_launcher.WhileOpening(this));
        FakeContext context;
        lock (_gate)
        {
            if (_exited.Task.IsCompleted)
                throw Gone();

            context = new FakeContext(this, _contexts.Count + 1, profile);
            _contexts.Add(context);
            _launcher.CountOpen(+1);
        }

        _launcher.WhenOpened(context);
        return context;
    }

    public async Task CloseAsync()
    {
        if (HangsEvenWhenDead)
            await FakeBrowserLauncher.Hang;
        if (HangsWhenClosed)
            await UnlessItDies(FakeBrowserLauncher.Hang);
        Interlocked.Increment(ref _closed);
        Exit();
    }

    /// <summary>Answers the browser's heartbeat. Default: at once.</summary>
    public Func<Task> WhileBeating { get; set; } = () => Task.CompletedTask;

    /// <summary>Answers the driver's heartbeat. Default: at once.</summary>
    public Func<Task> WhileDriverBeats { get; set; } = () => Task.CompletedTask;

    public Task BeatAsync() => UnlessItDies(WhileBeating());

    public Task BeatDriverAsync() => UnlessItDies(WhileDriverBeats());

    public void KillBrowser()
    {
        Interlocked.Increment(ref _killed);
        Exit();
    }

    public void Kill()
    {
        Interlocked.Increment(ref _driverKilled);
        KillBrowser();
    }

    /// <summary>Ends the browser as if its process had ended by itself.</summary>
    public void Exit()
    {
        lock (_gate)
        {
            foreach (var context in _contexts)
                MarkClosedUnsynchronized(context);
        }

        _exited.TrySetResult();
    }

    internal async Task CloseAsync(FakeContext context)
    {
        await UnlessItDies(_launcher.WhileClosing(context));
        lock (_gate)
            MarkClosedUnsynchronized(context);
    }

    private void MarkClosedUnsynchronized(FakeContext context)
    {
        if (context.IsClosed)
            return;

        context.IsClosed = true;
        _launcher.CountOpen(-1);
    }

    internal async Task UnlessItDies(Task work)
    {
        if (await Task.WhenAny(work, _exited.Task) != work)
            throw Gone();
        await work;
    }

    private static PlaywrightException Gone() => new("Target page, context or browser has been closed");
}

/// <summary>Stands for an open context; its page is only what the test says of it.</summary>
public sealed class FakeContext : IOpenedContext
{
    private readonly FakeBrowser _browser;
    private readonly List<string> _calls = [];
    private readonly int _number;
    private readonly HashSet<string> _visitors = new(StringComparer.Ordinal);
    private int _holders;

    internal FakeContext(FakeBrowser browser, int number, ContextProfile profile)
    {
        _browser = browser;
        _number = number;
        Profile = profile;
        Context = Nothing.Of<IBrowserContext>();
        Page = Nothing.Of<IPage>();
    }

    public event Action? Crashed;

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    /// <summary>What it was opened with.</summary>
    public ContextProfile Profile { get; }

    public bool IsBroken { get; private set; }

    public bool IsClosed { get; internal set; }

    /// <summary>Closing was asked for; it may hang.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>What was done to it, in order: <c>end-process</c>, <c>scrub</c>, <c>close</c>.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
                return [.. _calls];
        }
    }

    /// <summary>Everybody who ever said <see cref="Enter"/>.</summary>
    public IReadOnlyCollection<string> Visitors
    {
        get
        {
            lock (_visitors)
                return [.. _visitors];
        }
    }

    /// <summary>Notes whose it is now.</summary>
    /// <returns>How many have it at once, this one included; more than one is a fault of the pool.</returns>
    public int Enter(string visitor)
    {
        lock (_visitors)
            _visitors.Add(visitor);
        return Interlocked.Increment(ref _holders);
    }

    /// <summary>The one who entered lets go of it.</summary>
    public void Leave() => Interlocked.Decrement(ref _holders);

    /// <summary>Answers the page's heartbeat. Default: at once.</summary>
    public Func<Task> WhileBeating { get; set; } = () => Task.CompletedTask;

    /// <summary>Awaited while its script is stopped. Default: nothing to wait for.</summary>
    public Func<Task> WhileProcessEnds { get; set; } = () => Task.CompletedTask;

    /// <summary>Awaited while it is scrubbed. Default: nothing to wait for.</summary>
    public Func<Task> WhileScrubbing { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether its holder opened no further tabs. Default true.</summary>
    public bool HasOneTab { get; set; } = true;

    /// <summary>Lets the page's process die.</summary>
    public void Crash()
    {
        IsBroken = true;
        Crashed?.Invoke();
    }

    public Task BeatAsync() => _browser.UnlessItDies(WhileBeating());

    public Task EndProcessAsync() => Did("end-process", WhileProcessEnds());

    public Task ScrubAsync() => Did("scrub", WhileScrubbing());

    public Task CloseAsync()
    {
        IsClosing = true;
        return Did("close", _browser.CloseAsync(this));
    }

    public override string ToString() => $"context {_number} of browser {_browser.BrowserPid}";

    private Task Did(string call, Task work)
    {
        lock (_calls)
            _calls.Add(call);
        return _browser.UnlessItDies(work);
    }
}

/// <summary>An interface of which nothing works.</summary>
public class Nothing : DispatchProxy
{
    public static T Of<T>()
        where T : class => Create<T, Nothing>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        throw new NotSupportedException($"The fake has no {targetMethod?.Name}.");
}
