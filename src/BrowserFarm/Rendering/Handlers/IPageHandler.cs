using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Handlers;

/// <summary>Code of yours that works on pages in their tabs: whatever actions and fields cannot say. Registered by name in a program that embeds the farm.</summary>
/// <remarks>
/// <para>
/// It gets a page when that is ready to be read: settled, its actions done, what was waited for there. The page is read after it, as it left it. One instance serves all pages,
/// several at the same time, so it keeps nothing of a page between two calls.
/// </para>
/// <para>
/// It does not own the tab: it must not close it, and what it starts must end with it. When its time is up its answer is not waited for any longer. An exception of Playwright's or a
/// time-out fails the page for now, and it is tried again; any other exception is a mistake in the handler and fails the page for good.
/// </para>
/// </remarks>
public interface IPageHandler
{
    /// <param name="page">The tab, on the page.</param>
    /// <param name="visit">Which page that is.</param>
    /// <param name="cancellationToken">Cancelled when its time (<see cref="RenderOptions.HandlerTimeout"/>) is up, or the page is lost.</param>
    Task<PageFindings> HandleAsync(IPage page, PageVisit visit, CancellationToken cancellationToken);
}

/// <summary>The page that a handler is called for.</summary>
/// <param name="Url">As it was asked for.</param>
/// <param name="Status">HTTP status of its document.</param>
public sealed record PageVisit(Uri Url, int Status);

/// <summary>What a handler found.</summary>
/// <param name="Data">Goes into the page's result as <c>data</c>; null for nothing. At most five million characters of JSON.</param>
public sealed record PageFindings(JsonNode? Data = null)
{
    /// <summary>Links beside those that are in the page; they are followed as those are, within the crawl's scope. Absolute.</summary>
    public IReadOnlyList<Uri> Links { get; init; } = [];
}
