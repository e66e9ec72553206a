using System.Text;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using ContextPool.Leasing;
using Markdig;
using Markdig.Syntax;
using TestKit;

namespace BrowserFarm.IntegrationTests.Rendering;

/// <summary>A real documentation site that is nothing without its scripts, made back into what its authors wrote.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class DocumentationSiteTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private TestSite _site = null!;
    private string _docs = "";

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(Bounds.Long);
        _site = await TestSite.StartAsync(CancellationToken.None);
        _docs = await _site.MapDocumentationAsync(deadline.Token);
    }

    public async Task DisposeAsync() => await _site.DisposeAsync();

    /// <summary>Headings, code with its language, list items and tables, in their order.</summary>
    [Theory]
    [InlineData("Guides/Getting-Started")]
    [InlineData("Reference/Routes")]
    [InlineData("Reference/Hooks")]
    [InlineData("Reference/Errors")]
    public async Task MainContent_OfAPage_SaysWhatItsAuthorsWrote(string name)
    {
        var page = await ReadAsync(name, new PageWish([PageFormat.Main, PageFormat.Markdown], []));

        var written = Markdown.Parse(await File.ReadAllTextAsync(Path.Join(_docs, $"{name}.md")), Reader);
        var read = Markdown.Parse(page.Main!, Reader);
        Headings(read).Should().Equal(Headings(written).Prepend("1 Fastify"), "the first is written as HTML in the file");
        CodeBlocks(read).Should().Equal(CodeBlocks(written));
        Markdown.Parse(page.Markdown!, Reader).Descendants<ListItemBlock>().Count().Should().BeGreaterThanOrEqualTo(written.Descendants<ListItemBlock>().Count(), "lists of nothing but links are no content, but part of the page");
        page.Main.Should().NotContain("Please wait").And.NotContain("(/Reference/Index)", "the menu is no content");
        page.Markdown!.Length.Should().BeGreaterThan(page.Main!.Length, "the whole page has its menus as well");
    }

    [Fact]
    public async Task Fields_OfAPage_AreWhatItsAuthorsWrote()
    {
        var schema = FieldSchema.Parse(Encoding.UTF8.GetBytes("""
            { "title": { "css": "article h2", "required": true }, "code": { "css": "article pre", "list": true, "fields": { "language": { "attribute": "data-lang" }, "text": { "css": "code", "space": "keep" } } },
              "chapters": { "css": ".sidebar-nav > ul > li > a", "list": true } }
            """), "schema");

        var page = await ReadAsync("Guides/Getting-Started", new PageWish([], schema));

        page.FieldProblems.Should().BeNull();
        var written = Markdown.Parse(await File.ReadAllTextAsync(Path.Join(_docs, "Guides/Getting-Started.md")), Reader);
        ((string?)page.Fields!["title"]).Should().Be("Getting Started");
        page.Fields["code"]!.AsArray().Select(code => (string?)code!["language"]).Should().Equal(CodeBlocks(written).Select(code => code.Language));
        page.Fields["chapters"]!.AsArray().Select(chapter => (string?)chapter).Should().Equal("Getting started", "Routes", "Hooks", "Errors");
    }

    private static MarkdownPipeline Reader { get; } = new MarkdownPipelineBuilder().UsePipeTables().Build();

    private static IEnumerable<string> Headings(MarkdownDocument document) => document.Descendants<HeadingBlock>().Select(heading => $"{heading.Level} {Plain(heading)}");

    private static IEnumerable<(string Language, string Text)> CodeBlocks(MarkdownDocument document) =>
        document.Descendants<FencedCodeBlock>().Select(code => (code.Info ?? "", code.Lines.ToString().Trim()));

    /// <summary>The words of a heading, without its marks.</summary>
    private static string Plain(LeafBlock heading) =>
        FieldSelector.Folded(string.Concat(heading.Inline!.Descendants().Select(inline => inline switch
        {
            Markdig.Syntax.Inlines.LiteralInline literal => literal.Content.ToString(),
            Markdig.Syntax.Inlines.CodeInline code => code.Content,
            _ => "",
        })));

    private async Task<PageDocument> ReadAsync(string name, PageWish wish)
    {
        var url = CanonicalUrl.Parse(_site.UriOf($"/{name}").AbsoluteUri);
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any, CancellationToken.None);
        var outcome = await new BrowserRenderer(new RenderOptions(), TimeProvider.System)
            .RenderAsync(lease, new RenderRequest(url, wish with { WaitForSelector = "article h1" }, TargetTurn.Unlimited), CancellationToken.None);
        var page = outcome.Should().BeOfType<RenderOutcome.Rendered>($"{(outcome as RenderOutcome.Failed)?.Failure.Reason}").Subject.Page;
        var document = PageExtractor.Extract(page, new Job(Id: 1, "docs", url, Depth: 0, Attempts: 1, Holds: 0, Refunds: 0), wish, out var missing);
        missing.Should().BeNull();
        return document;
    }
}
