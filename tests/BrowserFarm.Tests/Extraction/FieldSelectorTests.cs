using BrowserFarm.Extraction;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Extraction;

public sealed class FieldSelectorTests
{
    [Theory]
    [InlineData("price=.product .price", "price", ".product .price", null, false)]
    [InlineData(" price = .price ", "price", ".price", null, false)]
    [InlineData("links[]=a@href", "links", "a", "href", true)]
    [InlineData("id=div@data-id", "id", "div", "data-id", false)]
    [InlineData("id=div @xml:lang", "id", "div", "xml:lang", false)]
    [InlineData("x=a[href='x@y']", "x", "a[href='x@y']", null, false)]
    [InlineData("x=a[href='x@y']@href", "x", "a[href='x@y']", "href", false)]
    [InlineData("x=a[href=\"a=b\"]", "x", "a[href=\"a=b\"]", null, false)]
    [InlineData("名前=h1", "名前", "h1", null, false)]
    public void Parse_Field_ReadsItsParts(string text, string name, string selector, string? attribute, bool isList) =>
        FieldSelector.Parse(text).Should().Be(new FieldSpec(name, selector, attribute, isList));

    [Theory]
    [InlineData("")]
    [InlineData("price")]
    [InlineData("=.price")]
    [InlineData(" =.price")]
    [InlineData("[]=.price")]
    [InlineData("price=")]
    [InlineData("price= ")]
    [InlineData("price=@href")]
    [InlineData("price=a@")]
    [InlineData("price=a[")]
    [InlineData("price=a >")]
    [InlineData("price=a:no-such-pseudo")]
    [InlineData("price=..x")]
    [InlineData("price=//div[@class='x']")]
    public void Parse_NotAField_ShowsItAndTheRightForm(string text) =>
        FluentActions.Invoking(() => FieldSelector.Parse(text)).Should().Throw<FormatException>().Which.Message.Should().NotBeEmpty();

    [Fact]
    public void Parse_EndlessSelector_IsRefused() =>
        FluentActions.Invoking(() => FieldSelector.Parse("x=" + new string('a', 2001))).Should().Throw<FormatException>().WithMessage("*2001*2000*");

    [Fact]
    public void Parse_SelectorNestedAsDeepAsItGets_EndsOneWayOrTheOther()
    {
        var parse = () => FieldSelector.Parse($"x={string.Concat(Enumerable.Repeat(":not(", 300))}a{new string(')', 300)}");

        try
        {
            parse();
        }
        catch (FormatException)
        {
            // Either is right, as long as the program lives.
        }
    }

    [Theory]
    [InlineData("//div[@class='x']/text()")]
    [InlineData("normalize-space(//h1)")]
    [InlineData("count(.//li)")]
    public void ThrowIfNotXPath_Expression_IsTaken(string expression) => FieldSelector.ThrowIfNotXPath("x", expression);

    [Theory]
    [InlineData("//div[")]
    [InlineData("//svg:path")]
    [InlineData("//p[$x]")]
    [InlineData("matches(//p, 'x')")]
    public void ThrowIfNotXPath_SomethingElse_IsShown(string expression) =>
        FluentActions.Invoking(() => FieldSelector.ThrowIfNotXPath("price", expression)).Should().Throw<FormatException>().WithMessage($"*{expression}*price*");
}
