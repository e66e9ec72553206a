using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using BrowserFarm.Extraction;
using FsCheck;
using FsCheck.Fluent;
using Markdig;
using TestKit;

namespace BrowserFarm.Tests.Extraction;

/// <summary>What is written is read again by a CommonMark parser of somebody else's, and says the same.</summary>
public sealed class MarkdownRoundTripTests
{
    private static readonly MarkdownPipeline Reader = new MarkdownPipelineBuilder().UsePipeTables().Build();

    private static readonly Gen<string> Word = Gen.Elements(
        "word", "two words", "*stars*", "_under_", "`tick`", "[x](y)", "<b>", "&amp;", "# no heading", "1. no list", "- no list", "> no quote", "| no table |", "a\\b", "!", "ünï", "___", "```", "+ x", "=== ", "~~~", "http://x.example/a_b_c", "5 * 3 * 2", "x<y");

    private static readonly Gen<string> Inline = Gen.OneOf(
        Word.Select(Escaped), Word.Select(Escaped), Word.Select(word => $"<b>{Escaped(word)}</b>"), Word.Select(word => $"<em>{Escaped(word)}</em>"), Word.Select(word => $"<code>{Escaped(word)}</code>"),
        Word.Select(word => $"<a href='/l/{Uri.EscapeDataString(word)}'>{Escaped(word)}</a>"), Word.Select(word => $"<img src='/i.png' alt='{Escaped(word)}'>"), Gen.Constant("<br>"));

    private static readonly Gen<string> Line = Gen.NonEmptyListOf(Inline).Select(parts => string.Join(' ', parts.Take(5)));

    [Fact]
    public void Write_AnyDocument_SaysTheSameToAnotherReader() => ForAll.Values(
        Gen.NonEmptyListOf(Block(depth: 0)).Select(blocks => string.Concat(blocks.Take(6))),
        html =>
        {
            var document = new HtmlParser().ParseDocument(html);
            var markdown = MarkdownWriter.Write(document, new Uri("https://a.example/"));
            var read = new HtmlParser().ParseDocument(Markdown.ToHtml(markdown, Reader));

            Outline(read).Should().Equal(Outline(document), "{0}\n=>\n{1}", html, markdown);
        },
        count: 500);

    private static Gen<string> Block(int depth) => depth > 2 ? Line.Select(line => $"<p>{line}</p>") : Gen.OneOf(
        Line.Select(line => $"<p>{line}</p>"),
        Line.Select(line => $"<h2>{line.Replace("<br>", "", StringComparison.Ordinal)}</h2>"),
        Word.Select(word => $"<pre><code class=language-js>{Escaped(word)}\n  {Escaped(word)}</code></pre>"),
        Gen.NonEmptyListOf(Gen.OneOf(Line, Block(depth + 1))).Select(items => $"<ul>{string.Concat(items.Take(3).Select(item => $"<li>{item}</li>"))}</ul>"),
        Gen.NonEmptyListOf(Gen.OneOf(Line, Block(depth + 1))).Select(items => $"<ol>{string.Concat(items.Take(3).Select(item => $"<li>{item}</li>"))}</ol>"),
        Block(depth + 1).Select(block => $"<blockquote>{block}</blockquote>"),
        Gen.Constant("<hr>"));

    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    /// <summary>What matters: blocks in their order and nesting with their text, and where links and pictures lead.</summary>
    private static IEnumerable<string> Outline(AngleSharp.Html.Dom.IHtmlDocument document) => document.Body!.QuerySelectorAll("h2, pre, li, blockquote, hr, a, img, em, strong, b, code")
        .Where(element => element.LocalName is "hr" or "img" || element.QuerySelector("hr, img") is not null || FieldSelector.Folded(element.TextContent).Length > 0)
        .Select(element => element.LocalName switch
        {
            "a" => $"a {new Uri(new Uri("https://a.example/"), element.GetAttribute("href")).AbsoluteUri} {Text(element)}",
            "img" => $"img {FieldSelector.Folded(element.GetAttribute("alt") ?? "")}",
            "b" => $"strong {Text(element)}",
            "li" or "blockquote" => $"{element.LocalName} {element.GetAncestors().OfType<IElement>().Count(above => above.LocalName is "li" or "blockquote")} {Text(element)}",
            _ => $"{element.LocalName} {Text(element)}",
        })
        .Append(Text(document.Body));

    private static string Text(IElement element) => FieldSelector.Folded(string.Join(' ', element.GetDescendants().OfType<IText>().Select(text => text.Data))).Replace(" ", "", StringComparison.Ordinal);
}
