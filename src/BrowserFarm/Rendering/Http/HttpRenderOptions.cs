using System.Net;

namespace BrowserFarm.Rendering.Http;

/// <summary>How pages are read without a browser. What a browser would show itself as, this shows itself as too.</summary>
public sealed record HttpRenderOptions
{
    /// <summary>The complete User-Agent header. Null says the name of this program.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Value of Accept-Language; null sends none.</summary>
    public string? AcceptLanguage { get; init; }

    /// <summary>Headers added to every request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Accept any TLS certificate. Default false.</summary>
    public bool IgnoreCertificates { get; init; }

    /// <summary>Cookies to begin with.</summary>
    public IReadOnlyList<Cookie> Cookies { get; init; } = [];

    /// <summary>What sites are told that ask by HTTP for a name and a password; null tells none.</summary>
    public ICredentials? Credentials { get; init; }

    /// <summary>Null reaches the network as the machine does.</summary>
    public IWebProxy? Proxy { get; init; }
}
