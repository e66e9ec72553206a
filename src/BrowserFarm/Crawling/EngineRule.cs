using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>Which engine reads a page of a crawl: by its address. Pure.</summary>
public sealed class EngineRule
{
    private readonly UrlGlob[] _http;

    /// <exception cref="FormatException">A glob cannot be read; the message names it.</exception>
    public EngineRule(CrawlSpec spec) => _http = [.. spec.Http.Select(glob => new UrlGlob(glob))];

    public Engine For(CanonicalUrl url) => _http.Length > 0 && Array.Exists(_http, glob => glob.Matches(url.ToUri())) ? Engine.Http : Engine.Browser;
}
