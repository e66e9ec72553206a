namespace ContextPool.Browsers;

/// <summary>Starts one browser with a driver of its own.</summary>
public interface IBrowserLauncher
{
    /// <summary>Starts a browser and waits until it answers.</summary>
    /// <exception cref="BrowserNotFoundException">There is no browser to start.</exception>
    /// <exception cref="BrowserLaunchException">It did not start within <see cref="ContextPoolOptions.LaunchTimeout"/>, or exited at once. Nothing of it is left running.</exception>
    Task<ILaunchedBrowser> LaunchAsync(ContextPoolOptions options, CancellationToken cancellationToken);
}

/// <summary>A running browser and the driver that speaks for it. Members that return a task may hang when either of them hangs.</summary>
public interface ILaunchedBrowser
{
    /// <summary>The executable that was started.</summary>
    BrowserExecutable Executable { get; }

    /// <summary>The browser's version, for example <c>156.0.8078.79</c>.</summary>
    string Version { get; }

    /// <summary>Process id of the browser process; null when it could not be learned.</summary>
    int? BrowserPid { get; }

    /// <summary>Process id of the driver; null when it could not be learned.</summary>
    int? DriverPid { get; }

    /// <summary>Completes when the connection to the browser is lost, for whatever reason.</summary>
    Task Exited { get; }

    /// <summary>Opens an isolated context with one tab.</summary>
    Task<IOpenedContext> OpenContextAsync(ContextProfile profile);

    /// <summary>Completes when the browser process has answered.</summary>
    Task BeatAsync();

    /// <summary>Completes when the driver has answered, whatever state the browser is in.</summary>
    Task BeatDriverAsync();

    /// <summary>Closes browser and driver in the orderly way.</summary>
    Task CloseAsync();

    /// <summary>SIGKILL to the browser's process group. Never throws and never waits.</summary>
    void KillBrowser();

    /// <summary>SIGKILL to the browser's process group and to the driver; what they left on disk goes with them. Never throws and never waits.</summary>
    void Kill();
}
