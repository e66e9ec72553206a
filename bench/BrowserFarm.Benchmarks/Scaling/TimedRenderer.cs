using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using ContextPool.Leasing;

namespace BrowserFarm.Benchmarks.Scaling;

/// <summary>Takes as long for a page as a browser, and no processor time: that of other cores, which this machine does not have.</summary>
internal sealed class TimedRenderer(TimeSpan pageTime) : IRenderer
{
    private const int Paragraphs = 400;
    private const int Links = 60;

    /// <summary>60 KB, which is what the pages of the corpus have in the middle.</summary>
    private static readonly string Body = string.Concat(Enumerable.Range(0, Paragraphs).Select(at => $"<p class=\"line-{at}\">There is something said in the {at}th line of this page, and it goes on for a while before it ends, {at * 7919} times.</p>\n"));

    public async Task<RenderOutcome> RenderAsync(ContextLease lease, RenderRequest request, CancellationToken cancellationToken)
    {
        await Task.Delay(pageTime, TimeProvider.System, cancellationToken);
        var url = request.Url.ToUri();
        return new RenderOutcome.Rendered(new RenderedPage(
            url, 200, "text/html", "A page", $"<!doctype html><html><head><title>A page</title></head><body data-url=\"{url}\">{Body}</body></html>", "",
            [.. Enumerable.Range(0, Links).Select(at => LinkKinds.Classify($"{url.GetLeftPart(UriPartial.Authority)}/next/{at}", "another", false, false, url.AbsoluteUri))],
            Settled: true, Truncated: false, TimeProvider.System.GetUtcNow(), new PageTimings(50, 150, (int)pageTime.TotalMilliseconds, (int)pageTime.TotalMilliseconds)));
    }
}
