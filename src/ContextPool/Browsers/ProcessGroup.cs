namespace ContextPool.Browsers;

/// <summary>The process group of one browser: Playwright starts every Chromium in a group apart, and its children stay in it.</summary>
/// <param name="Id">The group's id.</param>
/// <param name="Browser">The browser process. It need not lead the group: Debian's command is a shell script that starts it as a child.</param>
internal readonly record struct ProcessGroup(int Id, ProcessIdentity Browser)
{
    /// <summary>The group a process is in; null when it is gone.</summary>
    public static ProcessGroup? Of(ProcessIdentity browser) =>
        browser.IsAlive && ProcessIdentity.ReadStat(browser.Pid) is { } stat ? new ProcessGroup(stat.GroupId, browser) : null;

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
