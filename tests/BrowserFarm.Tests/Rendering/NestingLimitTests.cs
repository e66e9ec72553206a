using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using BrowserFarm.Rendering.Http;

namespace BrowserFarm.Tests.Rendering;

public sealed class NestingLimitTests
{
    [Theory]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("<p>a<p>b<br><img src='x>y'><!-- <div> --><script>if (a<b) '<div>'</script></div></div>")]
    [InlineData("<a href=\"")]
    [InlineData("<!-- never ends")]
    [InlineData("<script>never ends <div>")]
    [InlineData("text < 5 </ > <3")]
    public void Flatten_OrdinaryAndBrokenPages_StayAsTheyAre(string html) => NestingLimit.Flatten(html).Should().BeSameAs(html);

    [Fact]
    public void Flatten_ManyElementsWithoutTheirEnds_StayAsTheyAre()
    {
        var html = $"<ul>{Times("<li>x", 5000)}</ul>{Times("<p>y", 5000)}<table>{Times("<tr><td>z", 5000)}</table>";

        NestingLimit.Flatten(html).Should().BeSameAs(html);
    }

    [Fact]
    public void Flatten_DeeperThanTheLimit_LeavesTheTagsOutAndTheTextIn()
    {
        var html = $"<h1>top</h1>{Times("<div>", 600)}deep{Times("</div>", 600)}<p>after</p>";

        NestingLimit.Flatten(html).Should().Be($"<h1>top</h1>{Times("<div>", 512)}deep{Times("</div>", 512)}<p>after</p>");
    }

    [Theory]
    [InlineData("<div>")]
    [InlineData("<a><div>")]
    [InlineData("<ul><li>")]
    [InlineData("<b>")]
    [InlineData("<font size=1><p>x")]
    [InlineData("<svg>")]
    [InlineData("<table><td>")]
    public void Flatten_PagesThatOnlyNest_AreNoDeeperThanTheLimitWhenParsed(string tags)
    {
        var document = new HtmlParser().ParseDocument(NestingLimit.Flatten(Times(tags, 20_000) + "deep"));

        DepthOf(document.DocumentElement).Should().BeLessThan(2 * NestingLimit.MaxDepth + 10);
        document.Body!.TextContent.Should().Contain("deep");
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static int DepthOf(IElement root)
    {
        var deepest = 0;
        var open = new Stack<(IElement Element, int Depth)>([(root, 1)]);
        while (open.TryPop(out var place))
        {
            deepest = Math.Max(deepest, place.Depth);
            foreach (var child in place.Element.Children)
                open.Push((child, place.Depth + 1));
        }

        return deepest;
    }
}
