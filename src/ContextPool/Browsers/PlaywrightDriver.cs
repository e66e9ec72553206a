using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>A Playwright driver process that has answered, and the cell folder that it runs out of.</summary>
/// <param name="Process">Null where it could not be learned.</param>
internal sealed record PlaywrightDriver(IPlaywright Playwright, ProcessIdentity? Process, CellFolder Folder)
{
    /// <summary>A stopped driver blocks Playwright's synchronous Dispose for ever (measured), so it gets this long on a thread of its own.</summary>
    private static readonly TimeSpan DisposeBound = TimeSpan.FromSeconds(2);

    /// <summary>Drivers start one at a time in the whole program: ours is the child that was not there before.</summary>
    private static readonly SemaphoreSlim OneAtATime = new(1);

    /// <summary>Starts one and waits until it has answered. Of one that does not, nothing is left.</summary>
    /// <param name="workFolder">Where its cell folder is made.</param>
    public static async Task<PlaywrightDriver> StartAsync(string workFolder, CancellationToken cancellationToken)
    {
        var folder = CellFolder.Create(workFolder);
        try
        {
            var (playwright, process) = await StartAsync(new DriverEnvironment(folder.Path, workFolder), cancellationToken);
            folder.Note(process, browser: null);
            CoreDumps.Forbid(process);
            return new PlaywrightDriver(playwright, process, folder);
        }
        catch
        {
            folder.Delete();
            throw;
        }
    }

    /// <summary>Ends it in the orderly way, within a bound. Its folder stays.</summary>
    /// <exception cref="TimeoutException">It did not end; it is still to be killed.</exception>
    public Task EndAsync(TimeProvider time) => Task.Run(Playwright.Dispose).WaitAsync(DisposeBound, time);

    /// <summary>SIGKILL to it alone; its folder goes too. Never throws and never waits.</summary>
    public void Kill()
    {
        Process?.Kill();
        Folder.Delete();
    }

    /// <summary>Kills it and what it started: a browser that hangs while starting does not notice that its driver is gone.</summary>
    public void KillWithBrowser()
    {
        if (Process is { } process)
        {
            foreach (var browser in ProcessIdentity.ChildrenOf(process.Pid))
                browser.KillGroup();
        }

        Kill();
    }

    private static async Task<(IPlaywright Playwright, ProcessIdentity? Process)> StartAsync(DriverEnvironment environment, CancellationToken cancellationToken)
    {
        await OneAtATime.WaitAsync(cancellationToken);
        var before = Drivers();
        try
        {
            var answering = environment.While(Microsoft.Playwright.Playwright.CreateAsync).WaitAsync(cancellationToken);
            _ = Task.Run(FirstAnswer.Prepare, CancellationToken.None);
            var playwright = await answering;
            return (playwright, Drivers().Except(before).Cast<ProcessIdentity?>().FirstOrDefault());
        }
        catch
        {
            foreach (var driver in Drivers().Except(before))
                driver.Kill();
            throw;
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static IReadOnlyList<ProcessIdentity> Drivers() =>
        OperatingSystem.IsLinux() ? ProcessIdentity.ChildrenWith("run-driver") : [];
}
