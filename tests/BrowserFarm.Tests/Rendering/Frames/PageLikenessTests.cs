using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Failures;
using BrowserFarm.Rendering.Fields;
using BrowserFarm.Rendering.Frames;

namespace BrowserFarm.Tests.Rendering.Frames;

public sealed class PageLikenessTests
{
    [Fact]
    public void Difference_SamePageWithOtherAttributesAndWhiteSpace_IsNone()
    {
        var other = Page() with { Html = "<html><body><p style=\"opacity: 0\" id=\"v-17\">one</p><p>two</p></body></html>", Text = "one\n\ntwo " };

        PageLikeness.Difference(Page(), other).Should().BeNull();
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "address", "it ended at https://site.example/else instead of https://site.example/" },
        { "title", "its title was \"else\" instead of \"title\"" },
        { "text", "its text said \"three\" instead of \"two\"" },
        { "less text", "its text said \"\" instead of \"two\"" },
        { "link", "it had 0 links instead of 1, or others" },
        { "field", "its fields had other values" },
        { "element", "it had 1 <p> instead of 2" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Difference_OnePartChanged_IsNamed(string what, string said)
    {
        var page = Page();
        var other = what switch
        {
            "address" => page with { FinalUrl = new Uri("https://site.example/else") },
            "title" => page with { Title = "else" },
            "text" => page with { Text = "one three" },
            "less text" => page with { Text = "one" },
            "link" => page with { Links = [] },
            "field" => page with { Fields = [new FieldMatches(1, [new FieldMatch("8", [], "<b>")])] },
            _ => page with { Html = "<html><body><p>one</p>two</body></html>" },
        };

        PageLikeness.Difference(page, other).Should().Be(said);
    }

    [Fact]
    public void Census_HtmlOfABrowser_CountsElementsByName() =>
        ElementCensus.Of("<html><body><p>1 &lt; 2</p><p class=\"x\">a</p><br><my-tag></my-tag><!-- c --></body></html>").Should()
            .BeEquivalentTo(new Dictionary<string, int> { ["html"] = 1, ["body"] = 1, ["p"] = 2, ["br"] = 1, ["my-tag"] = 1 });

    [Theory]
    [InlineData(PageFormat.Text, true)]
    [InlineData(PageFormat.Json, true)]
    [InlineData(PageFormat.Png, false)]
    [InlineData(PageFormat.Pdf, false)]
    [InlineData(PageFormat.Har, false)]
    [InlineData(PageFormat.Console, false)]
    public void CanDoWithout_Format_OnlyWhatTheDocumentSays(PageFormat format, bool can) =>
        FramesPolicy.CanDoWithout(new PageWish([PageFormat.Html, format], [])).Should().Be(can);

    [Theory]
    [InlineData(FailureClasses.SelectorMissing, true)]
    [InlineData(FailureClasses.PageHung, true)]
    [InlineData("http-404", false)]
    [InlineData(FailureClasses.NoAnswer, false)]
    [InlineData(FailureClasses.BrowserLost, false)]
    public void MayBeForWantOf_Failure_OnlyWhatAPageCanWaitFor(string @class, bool may) =>
        FramesPolicy.MayBeForWantOf(new AttemptFailure(FailureKind.Transient, @class, "it failed")).Should().Be(may);

    private static RenderedPage Page() => new(
        new Uri("https://site.example/"), 200, "text/html", "title", "<html><body><p>one</p><p>two</p></body></html>", "one two", [new PageLink("https://site.example/a", "a")],
        Settled: true, Truncated: false, DateTimeOffset.UnixEpoch, new PageTimings(1, 2, 3, 4))
    {
        Fields = [new FieldMatches(1, [new FieldMatch("7", [], "<b>")])],
    };
}
