using AngleSharp.Html.Parser;
using BrowserFarm.Benchmarks.Reporting;
using BrowserFarm.Extraction;
using BrowserFarm.Rendering.Fields;
using BrowserFarm.Rendering.Http;

namespace BrowserFarm.Benchmarks.Rendering;

/// <summary>What it costs to make a large document into other things, without a browser.</summary>
internal static class ExtractionBenchmark
{
    private const int Bytes = 1_000_000;

    public static Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var html = SamplePages.Html(Bytes);
        var address = new Uri("https://bench.example/harbour");
        var fields = SamplePages.Fields(50);
        var parsed = new HtmlParser().ParseDocument(html);

        var table = new MarkdownTable("Of 1 MB of HTML", "Median", "Allocated", "In documents (UTF-16)", "Held at once", "In documents (UTF-16)");
        Add("parsing alone", () => new HtmlParser().ParseDocument(html));
        Add("Markdown, parsing included", () => MarkdownWriter.Write(new HtmlParser().ParseDocument(html), address));
        Add("Markdown of the parsed document", () => MarkdownWriter.Write(parsed, address));
        Add("main content as Markdown, parsing included", () => MarkdownWriter.Write(MainContent.Find(new HtmlParser().ParseDocument(html))!, address));
        Add("metadata, parsing included", () => MetadataReader.Read(new HtmlParser().ParseDocument(html), address));
        Add("50 fields of the parsed document", () => FieldReader.Read(fields, FieldPicker.Pick(parsed, fields, TimeSpan.FromSeconds(5), TimeProvider.System, cancellationToken), address));
        Add("text and links of the parsed document", () => StaticPage.Read(parsed, address));
        return Task.FromResult($"### Extraction\n\n{html.Length} characters; medians of 15.\n\n{table}");

        string Documents(long bytes) => $"{bytes / (2.0 * html.Length):0.0}";

        void Add(string name, Func<object?> work)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (time, allocated) = Median.Of(() => work());
            var held = HeldMemory.Of(work);
            table.Add(name, Figures.Milliseconds(time), Figures.Megabytes(allocated), Documents(allocated), Figures.Megabytes(held), Documents(held));
        }
    }
}
