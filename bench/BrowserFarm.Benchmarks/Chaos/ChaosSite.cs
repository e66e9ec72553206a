using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>Linked pages, each with a text of its own that a script writes: most quick, some slow, some that fail at first, a few links that lead nowhere.</summary>
internal sealed class ChaosSite : IAsyncDisposable
{
    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(1.5);

    private readonly TestSite _site;
    private readonly int _pages;
    private readonly ConcurrentDictionary<int, bool> _visited = new();
    private int _answering;

    private ChaosSite(TestSite site, int pages)
    {
        _site = site;
        _pages = pages;
        for (var number = 0; number < pages; number++)
        {
            var page = number;
            site.Map(new Uri(UrlOf(page)).AbsolutePath, context => AnswerAsync(context, page));
        }
    }

    public string Start => UrlOf(0);

    /// <summary>What a crawl must have read at its end: address and text.</summary>
    public IReadOnlyDictionary<string, string> Expected => Enumerable.Range(0, _pages).ToDictionary(UrlOf, TextOf);

    /// <summary>Addresses that answer with 404.</summary>
    public IReadOnlyList<string> Missing => [.. Enumerable.Range(0, _pages).Where(LinksNowhere).Select(MissingFrom)];

    /// <summary>Pages that are being answered now.</summary>
    public int Answering => Volatile.Read(ref _answering);

    public static async Task<ChaosSite> StartAsync(int pages, CancellationToken cancellationToken) => new(await TestSite.StartAsync(cancellationToken), pages);

    /// <summary>Pages that fail at first do so again.</summary>
    public void Forget() => _visited.Clear();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, int page)
    {
        Interlocked.Increment(ref _answering);
        try
        {
            if (page % 15 == 4)
                await Task.Delay(Slowness, TimeProvider.System, context.RequestAborted);
            if (page % 20 == 9 && _visited.TryAdd(page, true))
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            }

            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync(HtmlOf(page), context.RequestAborted);
        }
        finally
        {
            Interlocked.Decrement(ref _answering);
        }
    }

    private string HtmlOf(int page)
    {
        // A tree, so that every page is reached, and links across and back, so that most are found more than once.
        var links = new[] { (3 * page) + 1, (3 * page) + 2, (3 * page) + 3, (7 * page) + 3, page / 3 }
            .Where(link => link < _pages).Select(UrlOf).Concat(LinksNowhere(page) ? [MissingFrom(page)] : []);
        return $"<title>Page {page}</title><p id=text></p><script>document.getElementById('text').textContent = '{TextOf(page)}'</script>"
            + string.Concat(links.Select(link => $"<a href=\"{link}\">more</a> "));
    }

    private static bool LinksNowhere(int page) => page % 50 == 17;

    private static string TextOf(int page) => $"Page {page} says {Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes($"page {page}")))[..24]}";

    private string MissingFrom(int page) => _site.UriOf($"/missing/{page}").AbsoluteUri;

    private string UrlOf(int page) => _site.UriOf(page == 0 ? "/" : $"/page/{page}").AbsoluteUri;
}
