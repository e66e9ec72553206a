using BrowserFarm.Extraction;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Extraction;

public sealed class DateTextTests
{
    [Theory]
    [InlineData("2026-11-26", null, "2026-11-26")]
    [InlineData("2026-11-26T10:05", null, "2026-11-26T10:05:00")]
    [InlineData("2026-11-26T10:05:59.123Z", null, "2026-11-26T10:05:59Z")]
    [InlineData("2026-11-26T10:05:59+01:00", null, "2026-11-26T10:05:59+01:00")]
    [InlineData("2026-11-26T10:05:59-0530", null, "2026-11-26T10:05:59-05:30")]
    [InlineData("Thu, 26 Nov 2026 10:05:59 GMT", null, "2026-11-26T10:05:59Z")]
    [InlineData("November 26, 2026", null, "2026-11-26")]
    [InlineData("26 Nov 2026", "de", "2026-11-26")]
    [InlineData("Nov 26, 2026, 3:05 p.m.", null, "2026-11-26T15:05:00")]
    [InlineData("Nov 26, 2026 at 12:05 AM", null, "2026-11-26T00:05:00")]
    [InlineData("26.11.2026", "de-DE", "2026-11-26")]
    [InlineData("26. November 2026, 10:05 Uhr", "de-DE", "2026-11-26T10:05:00")]
    [InlineData("1. März 2026", "de-AT", "2026-03-01")]
    [InlineData("3/4/2026", "en-US", "2026-03-04")]
    [InlineData("3/4/2026", "en-GB", "2026-04-03")]
    [InlineData("3/4/26", "en-GB", "2026-04-03")]
    [InlineData("3/4/99", "en-GB", "1999-04-03")]
    [InlineData("15 août 2026", "fr-FR", "2026-08-15")]
    [InlineData("15 de agosto de 2026", "es-ES", "2026-08-15")]
    [InlineData("15 lipca 2026", "pl-PL", "2026-07-15")]
    [InlineData("15. července 2026", "cs-CZ", "2026-07-15")]
    [InlineData("15. června 2026", "cs-CZ", "2026-06-15")]
    [InlineData("15. heinäkuuta 2026", "fi-FI", "2026-07-15")]
    [InlineData("2026年11月26日", "ja-JP", "2026-11-26")]
    [InlineData("15 мая 2026 г.", "ru-RU", "2026-05-15")]
    [InlineData("29 February 2024", null, "2024-02-29")]
    public void TryParse_Date_IsIso(string text, string? locale, string expected)
    {
        DateText.TryParse(text, LocaleRules.Find(locale)!, out var date, out var problem).Should().BeTrue(problem);

        date.Should().Be(expected);
    }

    [Theory]
    [InlineData("", null, "no day")]
    [InlineData("3/4/2026", null, "locale")]
    [InlineData("10:30", null, "no day")]
    [InlineData("May 5", null, "no day")]
    [InlineData("yesterday", null, "no day")]
    [InlineData("29 February 2026", null, "no such day")]
    [InlineData("31.4.2026", "de", "no such day")]
    [InlineData("2026-13-01", null, "no such day")]
    [InlineData("2026-11-26T25:00", null, "time of day")]
    [InlineData("2026-11-26T13:00 pm", null, "time of day")]
    [InlineData("1-3 May 2026", null, "more than these")]
    [InlineData("99999999999 May 2026", null, "no such day")]
    public void TryParse_NoneOrUnclear_IsNotGuessed(string text, string? locale, string expected)
    {
        DateText.TryParse(text, LocaleRules.Find(locale)!, out _, out var problem).Should().BeFalse();

        problem.Should().Contain(expected);
    }

    [Fact]
    public void TryParse_LongText_IsRefusedUnread() => DateText.TryParse(new string('1', 100_000), LocaleRules.None, out _, out _).Should().BeFalse();

    [Fact]
    public void TryParse_AnyText_EndsWithADateOrAReason() => ForAll.Values(
        ArbMap.Default.GeneratorFor<string>(),
        text =>
        {
            var read = DateText.TryParse(text ?? "", LocaleRules.Find("en-US")!, out var date, out var problem);
            (read ? date : problem).Should().NotBeEmpty();
        });
}
