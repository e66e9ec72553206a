using System.Diagnostics;
using AngleSharp.Html.Parser;
using BrowserFarm.Extraction;
using TestKit;

namespace BrowserFarm.Tests.Extraction;

public sealed class MainContentTests
{
    private const string Prose = "A lamp, when it is lit, gives light to those who sit near it, and they read, write, or talk until the evening is over and the house is quiet. ";

    private static readonly string Menu = $"<ul class=menu>{string.Concat(Enumerable.Range(0, 12).Select(number => $"<li><a href=/{number}>Menu entry number {number}</a></li>"))}</ul>";

    public static TheoryData<string, string> Pages => new()
    {
        { "blog", $"<header>{Menu}</header><div id=wrap><article class=post><h1>Lamps</h1><p>{Prose}</p><p>{Prose}</p></article><aside class=sidebar><p>{Prose}</p></aside></div><footer>Imprint, contact, and more</footer>" },
        { "tables of old", $"<table><tr><td>{Menu}<td><h1>Lamps</h1><p>{Prose}</p><p>{Prose}</p><td>{Menu}</table>" },
        { "application", $"<div id=app><nav>{Menu}</nav><div class=layout><div class=toc>{Menu}</div><div class=content><div><h1>Lamps</h1></div><div><p>{Prose}</p><p>{Prose}</p></div></div></div></div>" },
        { "heading beside", $"<div><div class=title><h1>Lamps</h1></div><div class=text><p>{Prose}</p><p>{Prose}</p></div><div class=related>{Menu}</div></div>" },
        { "comments longer", $"<main><article><h1>Lamps</h1><p>{Prose}</p><p>{Prose}</p></article></main><div id=comments>{string.Concat(Enumerable.Repeat("<div class=comment><span>Nice, very nice lamp that is</span></div>", 20))}</div>" },
        { "banner in it", $"<main><div class=cookie-banner>We use cookies, as everybody does. <a href=/ok>Fine</a></div><h1>Lamps</h1><p>{Prose}</p><form>Subscribe</form><p>{Prose}</p></main>" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public void Find_Page_IsItsHeadingAndProseAndNothingElse(string kind, string body) =>
        Find(body).Should().Be($"# Lamps\n\n{Prose.Trim()}\n\n{Prose.Trim()}\n", kind);

    [Fact]
    public void Find_Documentation_KeepsCodeListsAndTables()
    {
        var main = Find($"<nav>{Menu}</nav><main><h1>Set up</h1><p>{Prose}</p><pre><code class=language-sh>npm install lamp</code></pre><ol><li>Take it, and open it</li><li>Light it</li></ol><table><tr><th>a<th>b<tr><td>1<td>2</table></main>");

        main.Should().Contain("```sh\nnpm install lamp\n```").And.Contain("1. Take it").And.Contain("| a | b |").And.NotContain("Menu");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<nav><a href=/>x</a></nav>")]
    [InlineData("<p>short</p>")]
    public void Find_NothingToRead_IsNone(string body) => Find(body).Should().BeNull();

    [Fact]
    public void Find_DocumentItself_StaysAsItIs()
    {
        var document = new HtmlParser().ParseDocument($"<article><h1>Lamps</h1><p>{Prose}</p><form>x</form></article>");
        var before = document.DocumentElement.OuterHtml;

        MainContent.Find(document);

        document.DocumentElement.OuterHtml.Should().Be(before);
    }

    [Fact]
    public void Find_NestedDeepAndLong_IsQuick()
    {
        var html = $"{string.Concat(Enumerable.Repeat("<div class=menu>", 500))}{string.Concat(Enumerable.Repeat($"<p>{Prose}", 5000))}";
        var document = new HtmlParser().ParseDocument(html);

        var clock = Stopwatch.StartNew();
        MainContent.Find(document);

        clock.Elapsed.Should().BeLessThan(Bounds.Medium);
    }

    private static string? Find(string body) => MainContent.Find(new HtmlParser().ParseDocument(body)) is { } content ? MarkdownWriter.Write(content, new Uri("https://a.example/")) : null;
}
