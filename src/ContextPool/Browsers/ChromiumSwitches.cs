namespace ContextPool.Browsers;

/// <summary>The command line a cell's Chromium is started with, beyond what Playwright adds.</summary>
internal static class ChromiumSwitches
{
    private const string DisableFeatures = "--disable-features=";

    /// <summary>
    /// Features that Playwright 1.64.1 switches off. Chromium obeys only the last <c>--disable-features</c>, so ours must repeat
    /// Playwright's; <c>ChromiumSwitchesTests</c> reads the real command line and fails when an upgrade changes the list.
    /// </summary>
    internal static readonly string[] PlaywrightDisabledFeatures =
    [
        "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "DialMediaRouteProvider", "GlobalMediaControls",
        "HttpsUpgrades", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
        "BlockOriginHeaderModificationOnRedirect", "AvoidCorsURLLoaderRestartOnRedirect", "Translate", "AutoDeElevate",
        "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "msForceBrowserSignIn", "msEdgeUpdateLaunchServicesPreferredVersion",
    ];

    /// <summary>
    /// Ours: renderers nobody asked for. Measured with Chromium 156, marginal memory per context 90 → 52 MB PSS without the spare
    /// renderer and the address bar's pop-up pages.
    /// </summary>
    private static readonly string[] FarmDisabledFeatures =
        ["SpareRendererForSitePerProcess", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"];

    /// <summary>Of the headless shell alone (<c>headless_shell_switches.cc</c>): pop-ups and calls of <c>window.open</c> fail.</summary>
    private const string BlockWindows = "--block-new-web-contents";

    private static readonly string[] Always =
    [
        // A farm has no screen. Without these, Chromium looks for devices and talks to its vendor at every start.
        "--disable-gpu",
        "--disable-quic",
        "--no-pings",
        "--disable-domain-reliability",
        "--disable-background-networking",
        // Bounds one page's JavaScript heap: a heap bomb then crashes its own renderer (measured) instead of the machine.
        "--js-flags=--max-old-space-size=512",
        // WebRTC would send UDP around any proxy, and resolve names by the machine's resolver (measured); headless shell reads the second spelling.
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    ];

    /// <summary>All switches for a profile: ours, the profile's, and one merged <c>--disable-features</c> last.</summary>
    public static IReadOnlyList<string> For(LaunchProfile profile)
    {
        var own = profile.Args.Where(arg => !arg.StartsWith(DisableFeatures, StringComparison.Ordinal));
        var disabled = profile.Args
            .Where(arg => arg.StartsWith(DisableFeatures, StringComparison.Ordinal))
            .SelectMany(arg => arg[DisableFeatures.Length..].Split(',', StringSplitOptions.RemoveEmptyEntries));

        var features = PlaywrightDisabledFeatures.Concat(FarmDisabledFeatures).Concat(disabled).Distinct(StringComparer.Ordinal);
        return [.. Always, .. profile.Popups ? Array.Empty<string>() : [BlockWindows], .. own, DisableFeatures + string.Join(',', features)];
    }
}
