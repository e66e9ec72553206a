using System.Diagnostics;
using AngleSharp.Html.Parser;
using BrowserFarm.Extraction;
using TestKit;

namespace BrowserFarm.Tests.Extraction;

public sealed class MarkdownWriterTests
{
    [Theory]
    [InlineData("<h1>One</h1><h6> Six\n lines </h6><p>text", "# One\n\n###### Six lines\n\ntext\n")]
    [InlineData("<h2></h2><p></p>", "\n")]
    [InlineData("<h2>C #</h2>", "## C \\#\n")]
    [InlineData("<p>one<br>two", "one\\\ntwo\n")]
    [InlineData("<p><br>one<br><br>", "one\n")]
    [InlineData("<b>bold</b> <i> italic </i>x", "**bold** *italic* x\n")]
    [InlineData("<b></b><i> </i>", "\n")]
    [InlineData("<hr>", "---\n")]
    [InlineData("<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b\n")]
    [InlineData("<blockquote><blockquote>a</blockquote></blockquote>", "> > a\n")]
    // lists
    [InlineData("<ul><li>a<li>b</ul>", "- a\n- b\n")]
    [InlineData("<ul><li>a<ul><li>b<ol><li>c</ol></ul><li>d</ul>", "- a\n  - b\n    1. c\n- d\n")]
    [InlineData("<ol start=7><li>a<li>b</ol>", "7. a\n8. b\n")]
    [InlineData("<ol start=-3><li>a</ol>", "1. a\n")]
    [InlineData("<ol start=2147483647><li>a<li>b</ol>", "1. a\n2. b\n")]
    [InlineData("<ol start=x><li>a</ol>", "1. a\n")]
    [InlineData("<ul><li><p>a</p><p>b</p></ul>", "- a\n\n  b\n")]
    [InlineData("<ul><li></ul>", "\n")]
    [InlineData("<ul><li><ul><li>a</ul></ul>", "- - a\n")]
    [InlineData("<ul><li>a</ul><p>b", "- a\n\nb\n")]
    [InlineData("<p>a<ul><li>b</ul>", "a\n\n- b\n")]
    [InlineData("<p>a<ol start=7><li>b</ol>", "a\n\n7. b\n")]
    [InlineData("<ul><li>a<ol start=7><li>b</ol>c<li>d</ul>", "- a\n\n  7. b\n\n  c\n- d\n")]
    [InlineData("<ul><li>a</ul><ol><li>b</ol>", "- a\n\n1. b\n")]
    // tables
    [InlineData("<table><tr><th>a<th>b<tr><td>1<td>2|3</table>", "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |\n")]
    [InlineData("<table><tr><td>1<tr><td>2<td>3</table>", "| 1 |  |\n| --- | --- |\n| 2 | 3 |\n")]
    [InlineData("<table><tr><td>a<br>b<p>c</table>", "| a\\ b c |\n| --- |\n")]
    [InlineData("<table></table>", "\n")]
    // code
    [InlineData("<pre><code class='x language-cs y'>a *b*\n  c</code></pre>", "```cs\na *b*\n  c\n```\n")]
    [InlineData("<pre>```\nx</pre>", "````\n```\nx\n````\n")]
    [InlineData("<pre class='language-x\ninjected'>a</pre>", "```x\na\n```\n")]
    [InlineData("<pre class='language-``` '>a</pre>", "```\na\n```\n")]
    [InlineData("<div class='highlight highlight-source-js'><pre>a</pre></div>", "```js\na\n```\n")]
    [InlineData("<pre data-lang=go><code>a</code></pre>", "```go\na\n```\n")]
    [InlineData("<code>a`b</code>", "``a`b``\n")]
    [InlineData("<code>`</code>", "`` ` ``\n")]
    [InlineData("<code></code>", "\n")]
    // links and images
    [InlineData("<a href='/x'>y</a>", "[y](https://a.example/x)\n")]
    [InlineData("<a href='x(1)'>y</a>", "[y](https://a.example/dir/x%281%29)\n")]
    [InlineData("<a href='x y<z>'>y</a>", "[y](https://a.example/dir/x%20y%3Cz%3E)\n")]
    [InlineData("<a href='/x'>[y]</a>", "[\\[y\\]](https://a.example/x)\n")]
    [InlineData("<a href='/x'> y<br>z </a>", "[y z](https://a.example/x)\n")]
    [InlineData("<a href='/x'></a>", "\n")]
    [InlineData("<a>y</a>", "y\n")]
    [InlineData("<a href='javascript:alert(1)'>y</a>", "y\n")]
    [InlineData("<a href=' JavaScript:alert(1)'>y</a>", "y\n")]
    [InlineData("<a href='mailto:a@b.c'>y</a>", "[y](mailto:a@b.c)\n")]
    [InlineData("<img src='/i.png' alt='a]b'>", "![a\\]b](https://a.example/i.png)\n")]
    [InlineData("<img alt=x>", "\n")]
    [InlineData("<a href='/x'><img src='/i.png' alt='a'></a>", "[![a](https://a.example/i.png)](https://a.example/x)\n")]
    [InlineData("Look!<a href='/x'>here</a>", "Look\\![here](https://a.example/x)\n")]
    // text that looks like markup
    [InlineData("<p>*a* _b_ `c` [d](e) &lt;f&gt; \\", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\<f\\> \\\\\n")]
    [InlineData("<p># a", "\\# a\n")]
    [InlineData("<p>#a", "#a\n")]
    [InlineData("<p>1. a", "1\\. a\n")]
    [InlineData("<p>1) a", "1\\) a\n")]
    [InlineData("<p>1.5 a", "1.5 a\n")]
    [InlineData("<p>- a", "\\- a\n")]
    [InlineData("<p>+ a", "\\+ a\n")]
    [InlineData("<p>-a", "-a\n")]
    [InlineData("<p>---", "\\---\n")]
    [InlineData("<p>a<br>===", "a\\\n\\===\n")]
    [InlineData("<p>~~~", "\\~~~\n")]
    [InlineData("<p>&gt; a", "\\> a\n")]
    [InlineData("<p>AT&amp;T &amp;amp; &amp;#38; &amp;x &amp;;", "AT&T \\&amp; \\&#38; &x &;\n")]
    // left out
    [InlineData("<p hidden>a<p style='display : none'>b<p aria-hidden=true>c<script>d</script><style>e</style><noscript>f</noscript><p>g", "g\n")]
    [InlineData("<template>a</template><svg><text>b</text></svg><select><option>c</select><button>d</button><!-- e -->f", "f\n")]
    [InlineData("a<div>b</div>c<span>d</span>e", "a\n\nb\n\ncde\n")]
    [InlineData("<a href='/x'>a<div>b</div>c</a>", "[a b c](https://a.example/x)\n")]
    [InlineData("<x-card><p>a</p></x-card><x-badge>b</x-badge>c", "a\n\nbc\n")]
    [InlineData("", "\n")]
    public void Write_Html_IsCommonMark(string html, string expected) => Write(html).Should().Be(expected);

    [Theory]
    [InlineData("<base href='/other/'>", "https://a.example/other/x")]
    [InlineData("<base href='https://b.example/'>", "https://b.example/x")]
    [InlineData("<base href='http://['>", "https://a.example/dir/x")]
    [InlineData("<base target=x>", "https://a.example/dir/x")]
    [InlineData("<base href=''>", "https://a.example/dir/x")]
    public void Write_DocumentWithABase_ResolvesLinksAgainstIt(string head, string expected) =>
        Write($"<head>{head}</head><a href=x>y</a>").Should().Be($"[y]({expected})\n");

    [Theory]
    [InlineData("span", 100_000)]
    [InlineData("b", 5_000)]
    [InlineData("x-a", 100_000)]
    [InlineData("div", 5_000)]   // the parser keeps 511 levels, and takes the square of the rest for these
    [InlineData("blockquote", 5_000)]
    [InlineData("ul><li", 2_000)]
    public async Task Write_NestedDeeperThanAnyStack_StillReadsTheText(string element, int depth)
    {
        var html = string.Concat(Enumerable.Repeat($"<{element}>", depth)) + "deep down";

        var markdown = await Task.Run(() => Write(html)).WaitAsync(Bounds.Medium);

        markdown.Should().Contain("deep down");
    }

    [Fact]
    public void Write_PageOfNothingButLineBreaks_IsQuick()
    {
        var breaks = string.Concat(Enumerable.Repeat("<br>", 200_000));

        var clock = Stopwatch.StartNew();
        Write($"<p>{breaks}a{breaks}").Should().Be("a\n");

        clock.Elapsed.Should().BeLessThan(Bounds.Short);
    }

    [Theory]
    [InlineData("=")]
    [InlineData("-")]
    [InlineData(" ")]
    [InlineData("`")]
    [InlineData("\\")]
    [InlineData("1. ")]
    [InlineData("&amp;#")]
    public void Write_EndlessLine_IsQuick(string part)
    {
        var clock = Stopwatch.StartNew();
        Write($"<p>{string.Concat(Enumerable.Repeat(part, 300_000))}x</p><code>{string.Concat(Enumerable.Repeat(part, 300_000))}</code>").Should().Contain("x");

        clock.Elapsed.Should().BeLessThan(Bounds.Short);
    }

    private static string Write(string html) => MarkdownWriter.Write(new HtmlParser().ParseDocument(html), new Uri("https://a.example/dir/page"));
}
