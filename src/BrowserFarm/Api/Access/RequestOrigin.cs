using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Access;

/// <summary>Whose page made a request, as far as the browser says.</summary>
internal enum RequestOrigin
{
    /// <summary>A page of this service.</summary>
    Own,

    /// <summary>A page of somebody else's, or one that hides where it is from.</summary>
    Foreign,

    /// <summary>Nothing is said: no browser, or one of before 2020 following a link.</summary>
    Unstated,
}

/// <summary>Reads it from the headers that a page cannot set, against cross-site request forgery.</summary>
/// <remarks>
/// <c>Sec-Fetch-Site</c> (Fetch Metadata, W3C) decides where it is sent, for it holds behind a proxy that changes the host too; else <c>Origin</c> (RFC 6454)
/// must have the host and port that were asked for. Its scheme is not compared: TLS may end in a proxy.
/// </remarks>
internal static class RequestOrigins
{
    public static RequestOrigin Of(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0)
            return site is ["same-origin"] ? RequestOrigin.Own : RequestOrigin.Foreign;

        var origin = request.Headers.Origin;
        return origin.Count == 0 ? RequestOrigin.Unstated : origin is [{ } text] && IsOwn(text, request.Host) ? RequestOrigin.Own : RequestOrigin.Foreign;
    }

    /// <summary>Whether a request changes nothing by the meaning of its method (RFC 9110 §9.2.1).</summary>
    public static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static bool IsOwn(string origin, HostString own)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
            return false;

        var port = own.Port ?? (uri.Scheme == "https" ? 443 : 80);
        return uri.Host.Equals(own.Host, StringComparison.OrdinalIgnoreCase) && uri.Port == port;
    }
}
