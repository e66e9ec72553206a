using System.Net;

namespace BrowserFarm.Crawling;

/// <summary>How the crawler fetches the files that are made for it, without a browser: robots.txt and sitemaps.</summary>
internal static class CrawlerHttp
{
    /// <summary>RFC 9309 §2.3.1.2 asks for at least five.</summary>
    private const int MaxRedirects = 5;

    /// <param name="timeout">Longest wait for a connection, and for the head of an answer.</param>
    public static HttpClient Create(TimeSpan timeout, NetworkAccess access)
    {
        var handler = new SocketsHttpHandler
        {
            MaxAutomaticRedirections = MaxRedirects,
            AutomaticDecompression = DecompressionMethods.All,
            ActivityHeadersPropagator = null,   // a site is not told the numbers of our traces
            ConnectTimeout = timeout,
            UseCookies = false,
        };
        if (access.Proxy is { } proxy)
            handler.Proxy = proxy;
        if (access.IgnoreCertificates)
#pragma warning disable CA5359 // The operator said so for the browser (context.ignoreHTTPSErrors); robots.txt of the same site must not fail where its pages do not.
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        return Create(timeout, handler);
    }

    public static HttpClient Create(TimeSpan timeout, HttpMessageHandler handler)
    {
        var http = new HttpClient(handler) { Timeout = timeout };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"{RobotsRules.ProductToken}/{typeof(CrawlerHttp).Assembly.GetName().Version?.ToString(2)}");
        return http;
    }
}
