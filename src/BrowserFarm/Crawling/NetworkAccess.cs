using System.Net;

namespace BrowserFarm.Crawling;

/// <summary>How the crawler reaches the network for the files that are made for it: in the same way as the browser does for pages.</summary>
/// <param name="IgnoreCertificates">Accept any TLS certificate.</param>
/// <param name="Proxy">Null reaches the network as the machine does.</param>
public sealed record NetworkAccess(bool IgnoreCertificates = false, IWebProxy? Proxy = null)
{
    /// <summary>It was the proxy that failed: whoever goes through one connects to nobody else.</summary>
    internal bool IsProxyFault(HttpRequestException failure, Uri address) =>
        failure.HttpRequestError == HttpRequestError.ProxyTunnelError
        || (failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError && Proxy?.IsBypassed(address) == false);
}
