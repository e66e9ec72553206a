using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling.Engines;

/// <summary>Which engine reads a page of a crawl: by its address, and by what was learned of addresses like it.</summary>
public sealed class EngineRule
{
    private readonly UrlGlob[] _http;
    private readonly EngineChoice _choice;
    private readonly EngineMemory _memory;

    /// <param name="memory">What was learned so far, for a crawl whose pages are tried without a browser first; null begins with nothing.</param>
    /// <exception cref="FormatException">A glob cannot be read; the message names it.</exception>
    public EngineRule(CrawlSpec spec, EngineMemory? memory = null)
    {
        _http = [.. spec.Http.Select(glob => new UrlGlob(glob))];
        _choice = spec.Engine;
        _memory = memory ?? new EngineMemory();
    }

    public Engine For(CanonicalUrl url) =>
        IsNamed(url) ? Engine.Http
        : _choice switch
        {
            EngineChoice.Browser => Engine.Browser,
            EngineChoice.Http => Engine.Http,
            _ => _memory.Choose(url),
        };

    /// <summary>A page that was tried without a browser may be given to one.</summary>
    public bool MayTurn(CanonicalUrl url) => _choice == EngineChoice.Auto && !IsNamed(url);

    private bool IsNamed(CanonicalUrl url) => _http.Length > 0 && Array.Exists(_http, glob => glob.Matches(url.ToUri()));
}
