namespace ContextPool.Browsers;

/// <summary>The process group of one browser: Playwright starts every Chromium in a group apart, and its children stay in it.</summary>
/// <param name="Id">The group's id.</param>
/// <param name="Browser">The browser process. It need not lead the group: Debian's command is a shell script that starts it as a child.</param>
internal readonly record struct ProcessGroup(int Id, ProcessIdentity Browser)
{
    /// <summary>A ninth of the usual share, sched(7), when both want a processor; all of it when nobody else does.</summary>
    private const string AutogroupNiceness = "10";

    /// <summary>The group a process is in; null when it is gone.</summary>
    public static ProcessGroup? Of(ProcessIdentity browser) =>
        browser.IsAlive && ProcessIdentity.ReadStat(browser.Pid) is { } stat ? new ProcessGroup(stat.GroupId, browser) : null;

    /// <summary>Lets the browser give way to this program where the scheduler shares the processors among sessions, as Linux does outside of containers.</summary>
    /// <remarks>
    /// A browser runs in a session of its own, and so, with <c>sched_autogroup_enabled</c>, in a group that gets as much as all of ours together:
    /// on each processor, whatever little of our work happens to be there. Measured on two cores, with eight tabs of which some loop: this program
    /// then waited up to 3.8 s for its turn, and hung pages were found by so much later. In a container there are no such groups and this does
    /// nothing. Source: sched(7), "The autogroup feature". A failure is passed over: it was worth a try.
    /// </remarks>
    public void GiveWay()
    {
        try
        {
            File.WriteAllText($"/proc/{Browser.Pid}/autogroup", AutogroupNiceness);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No such groups here, another user's, or the browser is gone.
        }
    }

    /// <summary>SIGKILL to all who are in it, also after the browser has gone: a stopped renderer outlives its browser (measured).</summary>
    /// <remarks>
    /// Once the browser is gone its group's id may, in theory, have passed on. So then only those are killed that are younger than the
    /// browser and bear Chromium's mark of a child process.
    /// </remarks>
    public void Kill()
    {
        if (Browser.IsAlive)
            Browser.KillGroup();
        foreach (var process in Members())
            process.Kill();
    }

    private IEnumerable<ProcessIdentity> Members()
    {
        var group = this;
        return ProcessIdentity.InGroup(Id).Where(process =>
            process.StartTicks >= group.Browser.StartTicks && process.CommandLine.Contains("--type=", StringComparison.Ordinal));
    }
}
