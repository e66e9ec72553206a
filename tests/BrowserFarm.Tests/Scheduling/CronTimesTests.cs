using System.Globalization;
using BrowserFarm.Jobs;
using BrowserFarm.Scheduling;

namespace BrowserFarm.Tests.Scheduling;

public sealed class CronTimesTests
{
    /// <summary>A Thursday.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 2, 40, 30, TimeSpan.Zero);

    [Theory]
    [InlineData("* * * * *", "11-26 02:41", "11-26 02:42")]
    [InlineData("*/15 * * * *", "11-26 02:45", "11-26 03:00")]
    [InlineData("0 3 * * *", "11-26 03:00", "11-27 03:00")]
    [InlineData("0 3 * * 1-5", "11-26 03:00", "11-27 03:00", "11-30 03:00")]
    [InlineData("0 0 * * 0", "11-29 00:00")]
    [InlineData("0 0 * * 7", "11-29 00:00")]
    [InlineData("0 0 * * sun,TUE", "11-29 00:00", "12-01 00:00")]
    [InlineData("0 0 1 * 5", "11-27 00:00", "12-01 00:00", "12-04 00:00")]   // either of the two days, as crontab(5) has it
    [InlineData("0,30 9-17/4 * DEC *", "12-01 09:00", "12-01 09:30", "12-01 13:00")]
    [InlineData("0 0 L * *", "11-30 00:00", "12-31 00:00")]
    [InlineData("  0\t4  * * * ", "11-26 04:00")]
    [InlineData("@hourly", "11-26 03:00", "11-26 04:00")]
    [InlineData("@daily", "11-27 00:00")]
    [InlineData("@weekly", "11-29 00:00")]
    [InlineData("@monthly", "12-01 00:00")]
    public void NextAfter_Expression_GivesTheDueTimes(string cron, params string[] expected) =>
        TimesOf(new Recurrence(cron), Now, expected.Length).Should().Equal(expected);

    [Fact]
    public void NextAfter_ADueTime_IsTheOneAfterIt() =>
        CronTimes.Parse(new Recurrence("0 3 * * *"), Now).NextAfter(new DateTimeOffset(2026, 11, 26, 3, 0, 0, TimeSpan.Zero)).Day.Should().Be(27);

    [Fact]
    public void NextAfter_LeapDay_WaitsForIt() =>
        CronTimes.Parse(new Recurrence("0 0 29 2 *"), Now).NextAfter(Now).Should().Be(new DateTimeOffset(2028, 2, 29, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("30 2 * * *", "03-29 03:00+02", "03-30 02:30+02")]               // the time that does not exist: once, at the end of the gap
    [InlineData("30 1-3 * * *", "03-29 01:30+01", "03-29 03:00+02", "03-29 03:30+02")]
    [InlineData("0 * * * *", "03-29 01:00+01", "03-29 03:00+02", "03-29 04:00+02")]
    [InlineData("*/30 * * * *", "03-29 00:30+01", "03-29 01:00+01", "03-29 01:30+01", "03-29 03:00+02", "03-29 03:30+02")]
    public void NextAfter_ClockIsPutForward_IsDueOnce(string cron, params string[] expected) =>
        TimesOf(new Recurrence(cron, "Europe/Berlin"), new DateTimeOffset(2026, 3, 28, 23, 0, 1, TimeSpan.Zero), expected.Length, "MM-dd HH:mmzz").Should().Equal(expected);

    [Theory]
    [InlineData("30 2 * * *", "10-25 02:30+02", "10-26 02:30+01")]               // a time of day: at its first passing
    [InlineData("0 * * * *", "10-25 01:00+02", "10-25 02:00+02", "10-25 02:00+01", "10-25 03:00+01")]   // every hour: in both
    [InlineData("*/30 * * * *", "10-25 00:30+02", "10-25 01:00+02", "10-25 01:30+02", "10-25 02:00+02", "10-25 02:30+02", "10-25 02:00+01", "10-25 02:30+01", "10-25 03:00+01")]
    public void NextAfter_ClockIsPutBack_TimesOfDayAreDueOnceAndStepsInBoth(string cron, params string[] expected) =>
        TimesOf(new Recurrence(cron, "Europe/Berlin"), new DateTimeOffset(2026, 10, 24, 22, 0, 1, TimeSpan.Zero), expected.Length, "MM-dd HH:mmzz").Should().Equal(expected);

    [Theory]
    [InlineData("", "*five fields*It has 0.")]
    [InlineData("   ", "*It has 0.")]
    [InlineData("bad", "*'bad'*It has 1.")]
    [InlineData("* * * *", "*It has 4.")]
    [InlineData("0 * * * * *", "*It has 6.")]
    [InlineData("a b c d e", "*'a b c d e'*five fields*")]
    [InlineData("60 * * * *", "*between 0 and 59*")]
    [InlineData("* 24 * * *", "*between 0 and 23*")]
    [InlineData("* * 32 * *", "*five fields*")]
    [InlineData("* * * 13 *", "*between 1 and 12*")]
    [InlineData("* * * * 8", "*'8'*")]
    [InlineData("*/0 * * * *", "*step of 0*")]
    [InlineData("-5 * * * *", "*five fields*")]
    [InlineData("99999999999999 * * * *", "*five fields*")]
    [InlineData("٣ * * * *", "*five fields*")]
    [InlineData("* * * * *\0", "*five fields*")]
    [InlineData("@nightly", "*@daily*It has 1.")]
    [InlineData("0 0 30 2 *", "*no such day ever comes*")]
    [InlineData("0 0 31 4,6 *", "*no such day ever comes*")]
    public void Parse_WhatIsNoExpression_TellsWhatIsLegal(string cron, string message)
    {
        var parse = () => CronTimes.Parse(new Recurrence(cron), Now);

        parse.Should().Throw<FormatException>().WithMessage("The cron expression is " + message);
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("Europe/Berlin\0")]
    public void Parse_UnknownZone_TellsWhatIsLegal(string zone)
    {
        var parse = () => CronTimes.Parse(new Recurrence("* * * * *", zone), Now);

        parse.Should().Throw<FormatException>().WithMessage("The time zone is *must be UTC or*Europe/Berlin*");
    }

    private static List<string> TimesOf(Recurrence recurrence, DateTimeOffset after, int count, string format = "MM-dd HH:mm")
    {
        var times = CronTimes.Parse(recurrence, after);
        var found = new List<string>();
        while (found.Count < count)
        {
            after = times.NextAfter(after);
            found.Add(TimeZoneInfo.ConvertTime(after, times.TimeZone).ToString(format, CultureInfo.InvariantCulture));
        }

        return found;
    }
}
