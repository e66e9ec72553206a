using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Blocking;
using BrowserFarm.Rendering.Http;
using ContextPool;
using ContextPool.Browsers;

namespace BrowserFarm.Hosting;

/// <summary>What <c>playwright.config.json</c> sets: how browsers are started, what contexts look like, how pages are rendered.</summary>
public sealed class PlaywrightConfig
{
    public LaunchProfile Launch { get; } = new();

    public ContextProfile Context { get; } = new();

    public RenderOptions Render { get; } = new();

    /// <summary>Nothing is loaded from advertisers and trackers (<see cref="HostList.Trackers"/>).</summary>
    public bool BlocksTrackers { get; set; }

    /// <summary>Path of a list of more hosts from which nothing is loaded; null for none.</summary>
    public string? HostsFile { get; set; }

    /// <summary>Longest a browser may take to start.</summary>
    public TimeSpan LaunchTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>One of Playwright's devices, as which contexts are shown; null for none.</summary>
    public string? Device { get; set; }

    /// <summary>Path of the profile that contexts begin with; null for none.</summary>
    public string? ProfilePath { get; set; }

    /// <summary>What reads pages without a browser, with the same settings.</summary>
    public HttpRenderer CreateHttpRenderer(TimeProvider time) => new(NetworkSettings.ForPages(Context), Render, time);

    /// <summary>Hands the settings to a pool's options.</summary>
    public void ApplyTo(ContextPoolOptions pool)
    {
        pool.Launch = Launch;
        pool.LaunchTimeout = LaunchTimeout;
        pool.Context = Context;
        pool.Context.NavigationTimeout = Render.NavigationTimeout;
        pool.Context.ActionTimeout = Render.ActionTimeout;
    }
}

/// <summary>A configuration file cannot be used; the message lists every mistake with its place and the legal values.</summary>
public sealed class ConfigFileException(string message, Exception? innerException = null) : Exception(message, innerException);
