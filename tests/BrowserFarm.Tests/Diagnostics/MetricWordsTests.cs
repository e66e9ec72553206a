using System.Reflection;
using BrowserFarm.Diagnostics;
using BrowserFarm.Rendering.Failures;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Diagnostics;

/// <summary>Whatever comes in, the set of words is bounded: one more would be a new series for good.</summary>
public sealed class MetricWordsTests
{
    [Theory]
    [InlineData("page-hung", "page-hung")]
    [InlineData("claim-lost", "claim-lost")]
    [InlineData("http-404", "http-4xx")]
    [InlineData("http-429", "http-4xx")]
    [InlineData("http-503", "http-5xx")]
    [InlineData("http-200", "other")]
    [InlineData("http-4", "other")]
    [InlineData("http-4ab", "other")]
    [InlineData("http-4040", "other")]
    [InlineData("http-", "other")]
    [InlineData("", "other")]
    [InlineData("https://example.org/?token=1", "other")]
    [InlineData("Page-Hung", "other")]
    public void FailureWords_Of_IsTheClassOrItsGroup(string failureClass, string expected) => FailureWords.Of(failureClass).Should().Be(expected);

    [Fact]
    public void FailureWords_EveryClassThereIs_KeepsItsName()
    {
        var classes = typeof(FailureClasses).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).ToList();

        classes.Should().NotBeEmpty();
        classes.Where(name => FailureWords.Of(name) != name).Should().BeEmpty("a new class is added to FailureWords, and to docs/metrics.md");
    }

    [Fact]
    public void Words_OfAnything_AreOfClosedSets() => ForAll.Values(
        Gen.OneOf(
            ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
            ArbMap.Default.GeneratorFor<int>().Select(status => $"http-{status}"),
            Gen.Choose(0, 999).Select(status => FailureClasses.Http(status))),
        word =>
        {
            FailureWords.All.Should().Contain(FailureWords.Of(word));
            AttemptEnds.All.Should().Contain(AttemptEnds.Of(word));
        },
        count: 2000);

    [Fact]
    public void OneHot_Of_NamesEveryMemberButTheOneNotShown()
    {
        var pause = OneHot.Of(DayOfWeek.Monday, notShown: DayOfWeek.Sunday);

        pause.Word.Should().Be("monday");
        pause.Words.Should().Equal("monday", "tuesday", "wednesday", "thursday", "friday", "saturday");
        OneHot.Of(DayOfWeek.Sunday, notShown: DayOfWeek.Sunday).Word.Should().BeNull();
        OneHot.Of((DayOfWeek)99).Word.Should().BeNull("what is no member is none of them");
    }
}
