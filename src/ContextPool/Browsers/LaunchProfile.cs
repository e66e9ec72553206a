namespace ContextPool.Browsers;

/// <summary>Whether Chromium's own sandbox is used.</summary>
public enum SandboxMode
{
    /// <summary>On, except for root, who cannot have it.</summary>
    Auto,

    /// <summary>Always on; a browser that cannot have it does not start.</summary>
    On,

    /// <summary>Always off. Pages then run with all rights of this user: only for pages that you trust.</summary>
    Off,
}

/// <summary>Which Chromium is started and how.</summary>
public sealed class LaunchProfile
{
    /// <summary>Path of the browser to use; null lets <see cref="BrowserLocator"/> search.</summary>
    public string? ExecutablePath { get; set; }

    /// <summary>Only consider this browser while searching: <c>chromium-headless-shell</c>, <c>chromium</c>, <c>chrome</c>, <c>msedge</c>; null considers all.</summary>
    public string? Channel { get; set; }

    /// <summary>Without a window. Default true; false needs a display and a browser other than the headless shell.</summary>
    public bool Headless { get; set; } = true;

    /// <summary>Chromium's sandbox. Default <see cref="SandboxMode.Auto"/>.</summary>
    public SandboxMode Sandbox { get; set; }

    /// <summary>Pages may open windows. Default false: <c>window.open</c> and links to new windows come to nothing, where the browser knows how (the headless shell does).</summary>
    /// <remarks>
    /// A page that opens a thousand windows in one go keeps its browser and driver busy for seconds, and all its neighbours wait: measured, see <c>docs/measurements.md</c>. Once
    /// they are open nothing can be done about it in time.
    /// </remarks>
    public bool Popups { get; set; }

    /// <summary>Further Chromium switches, each like <c>--name</c> or <c>--name=value</c>. A <c>--disable-features</c> here is merged with the others.</summary>
    public IList<string> Args { get; set; } = [];

    /// <summary>The sandbox setting after <see cref="SandboxMode.Auto"/> has been decided for this user.</summary>
    public bool UsesSandbox => Sandbox switch
    {
        SandboxMode.On => true,
        SandboxMode.Off => false,
        _ => !Environment.IsPrivilegedProcess,
    };
}
