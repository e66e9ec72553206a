using System.Net;
using BrowserFarm.Crawling;
using BrowserFarm.Rendering.Http;
using ContextPool.Browsers;

namespace BrowserFarm.Hosting;

/// <summary>What <c>playwright.config.json</c> says of network and identity, for the parts that need no browser. Pure.</summary>
internal static class NetworkSettings
{
    public static NetworkAccess ForCrawler(ContextProfile profile) => new(profile.IgnoreHttpsErrors, ProxyOf(profile));

    public static HttpRenderOptions ForPages(ContextProfile profile) => new()
    {
        UserAgent = profile.UserAgent,
        AcceptLanguage = profile.Locale,
        Headers = profile.ExtraHttpHeaders.ToDictionary(StringComparer.OrdinalIgnoreCase),
        IgnoreCertificates = profile.IgnoreHttpsErrors,
        Proxy = ProxyOf(profile),
        Cookies = profile.StorageState is { } state ? ProfileFile.CookiesOf(state) : [],
        Credentials = profile.Credentials is { } site ? CredentialsOf(site) : null,
    };

    private static CredentialCache CredentialsOf(SiteCredentials site)
    {
        var known = new CredentialCache();
        foreach (var scheme in new[] { "Basic", "Digest" })
            known.Add(new Uri(site.Origin), scheme, new NetworkCredential(site.Username, site.Password));
        return known;
    }

    private static WebProxy? ProxyOf(ContextProfile profile) => profile.Proxy is not { } proxy ? null : new WebProxy(proxy.Server)
    {
        BypassProxyOnLocal = false,
        BypassList = [.. (proxy.Bypass ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(PatternOf)],
        Credentials = proxy.Username is null ? null : new NetworkCredential(proxy.Username, proxy.Password),
    };

    /// <summary>Playwright's list as the regular expressions of .NET: <c>.example.org</c> stands for the hosts below it, any other name for itself.</summary>
    private static string PatternOf(string host)
    {
        var name = System.Text.RegularExpressions.Regex.Escape(host.TrimStart('*', '.'));
        return host[0] is '.' or '*' ? $@"^[a-z]+://([^/]+\.)?{name}(:\d+)?/?$" : $@"^[a-z]+://{name}(:\d+)?/?$";
    }
}
