using ContextPool.Diagnostics;

namespace BrowserFarm.Operations.Audit;

/// <summary>Judges how a browser really runs. Pure.</summary>
public static class BrowserAudit
{
    /// <summary>Switches with which a page could reach what it must not, and what they open.</summary>
    private static readonly (string Switch, string Opens)[] Dangerous =
    [
        ("--disable-web-security", "pages may read those of other sites"),
        ("--single-process", "pages run inside the browser itself"),
        ("--no-zygote", "pages are not forked from a process behind the sandbox"),
        ("--disable-site-isolation-trials", "pages of several sites share a process"),
        ("--disable-seccomp-filter-sandbox", "pages may call the whole kernel"),
        ("--disable-namespace-sandbox", "pages see the machine's processes"),
        ("--remote-debugging-address", "the browser can be driven over the network"),
        ("--remote-debugging-port", "the browser can be driven by every program on this machine"),
        ("--allow-file-access-from-files", "pages may read files"),
        ("--ignore-certificate-errors", "no certificate is looked at, of any site"),
        ("--load-extension", "an extension runs in every page"),
    ];

    /// <summary>Without one of these a cell behaves otherwise than it was measured to.</summary>
    private static readonly string[] Expected = ["--disable-quic", "--webrtc-ip-handling-policy", "--js-flags", "--disable-background-networking"];

    public static IReadOnlyList<Finding> Judge(BrowserTraits traits) => [Sandbox(traits), Switches(traits)];

    private static Finding Sandbox(BrowserTraits traits)
    {
        const string Remedy = "Run as another user than root, where the kernel allows user namespaces (docs/container.md), without --no-sandbox.";
        if (Has(traits, "--no-sandbox"))
            return new Finding("sandbox", FindingGrade.Warning, "off: a page that breaks out has this program's rights", Remedy);
        if (traits.Renderers == 0)
            return new Finding("sandbox", FindingGrade.Warning, "on by the command line; no page's process was there to prove it");
        return traits.Sandboxed == traits.Renderers
            ? new Finding("sandbox", FindingGrade.Ok, $"on: {traits.Renderers} of {traits.Renderers} processes of pages are in namespaces of their own and behind a filter of system calls")
            : new Finding("sandbox", FindingGrade.Failed, $"missing from {traits.Renderers - traits.Sandboxed} of {traits.Renderers} processes of pages, although it was not switched off", Remedy);
    }

    private static Finding Switches(BrowserTraits traits)
    {
        var dangerous = Dangerous.Where(one => Has(traits, one.Switch)).Select(one => $"{one.Switch} ({one.Opens})").ToList();
        var missing = Expected.Where(one => !Has(traits, one)).ToList();
        if (dangerous.Count > 0)
            return new Finding("switches", FindingGrade.Warning, $"runs with {string.Join(", ", dangerous)}", "Take them out of launch.args, unless every page is to be trusted.");
        return missing.Count > 0
            ? new Finding("switches", FindingGrade.Warning, $"runs without {string.Join(", ", missing)}", "Something between this program and Chromium drops switches: a script that starts it.")
            : new Finding("switches", FindingGrade.Ok, $"{traits.Switches.Count}, none of them dangerous");
    }

    private static bool Has(BrowserTraits traits, string name) =>
        traits.Switches.Any(given => given == name || given.StartsWith(name + "=", StringComparison.Ordinal));
}
