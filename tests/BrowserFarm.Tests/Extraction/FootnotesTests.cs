using AngleSharp.Html.Parser;
using BrowserFarm.Extraction;
using Markdig;

namespace BrowserFarm.Tests.Extraction;

/// <summary>Footnotes as they are met in the wild.</summary>
public sealed class FootnotesTests
{
    [Fact]
    public void Write_FootnotesOfPandoc_AreFootnotes() => Markdown("""
        <p>One<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a> and two<a href="#fn2" class="footnote-ref" id="fnref2" role="doc-noteref"><sup>2</sup></a>.</p>
        <section id="footnotes" class="footnotes" role="doc-endnotes"><hr><ol><li id="fn1"><p>The <em>first</em>.<a href="#fnref1" class="footnote-back" role="doc-backlink">↩︎</a></p></li>
        <li id="fn2"><p>The second.</p><p>More of it.<a href="#fnref2" class="footnote-back">↩︎</a></p></li></ol></section>
        """).Should().Be("One[^1] and two[^2].\n\n---\n\n[^1]: The *first*.\n\n[^2]: The second.\n\n    More of it.\n");

    [Fact]
    public void Write_FootnotesOfWikipedia_AreFootnotesWithoutTheWayBack() => Markdown("""
        <p>Water<sup id="cite_ref-a_1-0" class="reference"><a href="#cite_note-a-1"><span>[</span>1<span>]</span></a></sup> again<sup id="cite_ref-a_1-1"><a href="#cite_note-a-1">[1]</a></sup></p>
        <ol class="references"><li id="cite_note-a-1"><span class="mw-cite-backlink"><a href="#cite_ref-a_1-0">a</a> <a href="#cite_ref-a_1-1">b</a></span> <span class="reference-text">A <a href="/book">book</a></span></li>
        <li id="cite_note-2">never cited</li></ol>
        """).Should().Be("Water[^1] again[^1]\n\n1. never cited\n\n[^1]: A [book](https://a.example/book)\n");

    [Fact]
    public void Write_FootnotesOfGitHub_AreFootnotes() => Markdown("""
        <p>Text<sup><a href="#user-content-fn-x" id="user-content-fnref-x" data-footnote-ref>1</a></sup></p>
        <section data-footnotes class="footnotes"><ol><li id="user-content-fn-x"><p>Note. <a href="#user-content-fnref-x" data-footnote-backref>↩</a></p></li></ol></section>
        """).Should().Be("Text[^1]\n\n[^1]: Note.\n");

    [Theory]
    [InlineData("<p><a href='#part'>see below</a></p><h2 id=part>Part</h2>", "[see below](https://a.example/#part)\n\n## Part\n")]   // a table of contents
    [InlineData("<p>x<sup><a href='#nowhere'>1</a></sup></p>", "x[1](https://a.example/#nowhere)\n")]
    [InlineData("<p>x<sup><a href='#top'>1</a></sup></p><div id=top><table><tr><td>a</table></div>", null)]   // leads to no note
    [InlineData("<p>x<sup><a href='/other#fn'>1</a></sup></p>", "x[1](https://a.example/other#fn)\n")]
    [InlineData("<ul><li id=a>x<sup><a href='#a'>1</a></sup></ul>", "- x[1](https://a.example/#a)\n")]   // into itself
    public void Write_OtherLinks_StayLinks(string html, string? expected)
    {
        var markdown = Markdown(html);

        markdown.Should().NotContain("[^");
        if (expected is not null)
            markdown.Should().Be(expected);
    }

    [Fact]
    public void Write_Footnotes_AreReadAgainAsSuch()
    {
        var html = "<p>x<sup><a href='#n'>1</a></sup> y</p><ol><li id=n>the note<ul><li>with</li><li>a list</li></ul></li></ol>";

        var read = Markdig.Markdown.ToHtml(Markdown(html), new MarkdownPipelineBuilder().UseFootnotes().Build());

        var again = new HtmlParser().ParseDocument(read);
        again.QuerySelectorAll("a.footnote-ref").Should().ContainSingle();
        again.QuerySelectorAll(".footnotes li li").Select(item => item.TextContent.Trim()).Should().Equal("with", "a list");
    }

    private static string Markdown(string html) => MarkdownWriter.Write(new HtmlParser().ParseDocument(html), new Uri("https://a.example/"));
}
