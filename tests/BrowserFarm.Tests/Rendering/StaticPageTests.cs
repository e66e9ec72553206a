using AngleSharp.Html.Parser;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Http;

namespace BrowserFarm.Tests.Rendering;

public sealed class StaticPageTests
{
    private static readonly Uri Address = new("https://a.example/dir/page?q=1");

    [Fact]
    public void Read_Document_GivesTitleTextByBlocksAndLinks()
    {
        var page = Read("""
            <title> A  page </title><style>p { color: red }</style>
            <h1>Head</h1><p>One <b>two</b>
            three<br>four</p><ul><li>a<li>b</ul><table><tr><td>1<td>2</table><script>no()</script><noscript>no</noscript><pre>x
             y</pre><p hidden>no</p>
            <a href="/2">Two</a> <a href="3#x" rel="Nofollow ugc">Three</a> <a href="mailto:me@a.example">me</a> <a href="/2">again</a> <a>none</a>
            """);

        page.Title.Should().Be("A page");
        page.Text.Should().Be("Head\nOne two three\nfour\na\nb\n1 2\nx\ny\nTwo Three me again none");
        page.Links.Should().Equal(
            new PageLink("https://a.example/2", "Two"), new PageLink("https://a.example/dir/3#x", "Three", NoFollow: true), new PageLink("mailto:me@a.example", "me", Kind: LinkKind.Other));
    }

    [Fact]
    public void Read_BaseElement_IsWhereLinksStart() =>
        Read("<base href='/other/'><a href='2'>x</a>").Links.Should().ContainSingle().Which.Url.Should().Be("https://a.example/other/2");

    [Fact]
    public void Read_NestedAsDeepAsItLikes_IsReadWithoutOverflowing() =>
        Read($"<p>top</p>{string.Concat(Enumerable.Repeat("<div>", 2_000))}deep").Text.Should().Be("top\ndeep");

    [Theory]
    [InlineData("")]
    [InlineData("\0\uD800 plain")]
    [InlineData("<a href='http://[::'>bad</a><base href='::'>")]
    public void Read_OddDocuments_GiveSomething(string html) => Read(html).Links.Should().BeEmpty();

    private static StaticPage Read(string html) => StaticPage.Read(new HtmlParser().ParseDocument(html), Address);
}
