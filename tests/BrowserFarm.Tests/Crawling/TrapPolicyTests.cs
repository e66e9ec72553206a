using BrowserFarm.Crawling;

namespace BrowserFarm.Tests.Crawling;

public sealed class TrapPolicyTests
{
    [Theory]
    [InlineData(UrlShape.Ordinary, 10_000_000, 0, 0, false)]          // a list of everything, of which nothing is read yet
    [InlineData(UrlShape.Ordinary, 10_000_000, 400, 400, false)]      // a catalogue
    [InlineData(UrlShape.Ordinary, 10_000_000, 400, 40, false)]
    [InlineData(UrlShape.Ordinary, 1_000, 400, 39, true)]             // a calendar
    [InlineData(UrlShape.Ordinary, 999, 400, 0, false)]
    [InlineData(UrlShape.Ordinary, 1_000, 199, 0, false)]             // too little read to tell
    [InlineData(UrlShape.ManyParameters, 9_999, 400, 400, false)]
    [InlineData(UrlShape.ManyParameters, 10_000, 400, 400, true)]
    [InlineData(UrlShape.ManyParameters, 1_000, 200, 1, true)]
    [InlineData(UrlShape.Repeating, 99, 0, 0, false)]
    [InlineData(UrlShape.Repeating, 100, 0, 0, true)]
    [InlineData(UrlShape.Overlong, 100, 400, 400, true)]
    public void IsTrap_ByDefault_IsAsInTheTable(UrlShape shape, int followed, int read, int fresh, bool expected) =>
        TrapPolicy.IsTrap(new TrapFacts(shape, followed, read, fresh), TrapPolicy.DefaultLimit).Should().Be(expected);

    [Theory]
    [InlineData(UrlShape.Repeating, 1, true)]
    [InlineData(UrlShape.Repeating, 0, false)]
    [InlineData(UrlShape.ManyParameters, 4, false)]
    [InlineData(UrlShape.ManyParameters, 5, true)]
    public void IsTrap_SmallLimit_LetsAtLeastOnePass(UrlShape shape, int followed, bool expected) =>
        TrapPolicy.IsTrap(new TrapFacts(shape, followed, Read: 0, Fresh: 0), limit: 5).Should().Be(expected);
}
