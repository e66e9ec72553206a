using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;

namespace BrowserFarm.Extraction;

/// <summary>Makes the result of a page from what was captured: the formats and fields that were wanted, nothing else.</summary>
public static class PageExtractor
{
    /// <param name="missing">A required field that the page does not have; null when it has all.</param>
    public static PageDocument Extract(RenderedPage page, Job job, PageWish wish, out FieldProblem? missing)
    {
        var fields = wish.Fields.Count > 0 ? FieldReader.Read(wish.Fields, page.Fields, page.BaseUrl) : null;
        missing = fields?.Missing;

        bool Wants(PageFormat format) => wish.Formats.Contains(format) || wish.Formats.Contains(PageFormat.Json);

        // Parsing costs more than anything else here: only done when something needs it.
        var parsed = new Lazy<IHtmlDocument>(() => Parse(page.Html));
        return new PageDocument
        {
            Url = job.Url.Value,
            FinalUrl = page.FinalUrl.AbsoluteUri,
            Status = page.Status,
            Title = page.Title,
            ContentType = page.ContentType,
            FetchedAt = page.FetchedAt,
            Depth = job.Depth,
            Attempt = job.Attempts,
            Engine = job.Engine,
            Frameless = page.Frameless,
            Settled = page.Settled,
            Truncated = page.Truncated,
            Blocked = page.Blocked,
            TimingsMs = page.Timings,
            Fields = fields?.Values,
            FieldProblems = fields is { Problems.Count: > 0 } ? fields.Problems : null,
            ActionsSkipped = page.ActionsSkipped.Count > 0 ? page.ActionsSkipped : null,
            ScriptValues = page.ScriptValues.Count > 0 ? page.ScriptValues : null,
            Data = page.Data,
            Links = [.. page.Links.Where(link => link.Url.Length <= CanonicalUrl.MaxLength)],
            Metadata = Wants(PageFormat.Metadata) ? MetadataReader.Read(page.About is { } about ? Parse(about) : parsed.Value, page.BaseUrl) : null,
            Text = Wants(PageFormat.Text) ? page.Text : null,
            Markdown = Wants(PageFormat.Markdown) ? MarkdownWriter.Write(parsed.Value, page.FinalUrl) : null,
            Main = !Wants(PageFormat.Main) ? null : MainContent.Find(parsed.Value) is { } content ? MarkdownWriter.Write(content, page.BaseUrl) : "",
            Html = Wants(PageFormat.Html) ? page.Html : null,
            Console = page.Console,
            Network = page.Network,
            CaptureProblems = page.CaptureProblems.Count > 0 ? page.CaptureProblems : null,
        };
    }

    private static IHtmlDocument Parse(string html)
    {
        var document = new HtmlParser().ParseDocument(html);
        ComposedTree.Compose(document);
        return document;
    }
}
