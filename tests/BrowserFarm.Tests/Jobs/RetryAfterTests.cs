using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Jobs;

public sealed class RetryAfterTests
{
    private const double Year = 365 * 86_400.0;

    [Theory]
    [InlineData("120", 120.0)]
    [InlineData(" 120 ", 120.0)]
    [InlineData("0", 0.0)]
    [InlineData("007", 7.0)]
    [InlineData("99999999999", Year)]
    [InlineData("999999999999999999999999999999999999999999", Year)]
    [InlineData("120, 60", 120.0)]
    [InlineData("120\n60", 120.0)]
    [InlineData("Thu, 01 Jan 2026 12:02:00 GMT", 120.0)]
    [InlineData("Thu, 01 Jan 2026 12:02:00 GMT\nThu, 01 Jan 2026 12:09:00 GMT", 120.0)]
    [InlineData("Thursday, 01-Jan-26 12:02:00 GMT", 120.0)]   // RFC 9110 §5.6.7: the obsolete forms must be accepted
    [InlineData("Thu Jan  1 12:02:00 2026", 120.0)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", Year)]
    [InlineData("Thu, 01 Jan 2026 12:00:00 GMT", null)]       // now
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", null)]
    [InlineData("Wed, 32 Jan 2026 00:00:00 GMT", null)]
    [InlineData("Wed, 32 Jan", null)]
    [InlineData("-1", null)]
    [InlineData("+5", null)]
    [InlineData("1.5", null)]
    [InlineData("1e3", null)]
    [InlineData("soon", null)]
    [InlineData("٣", null)]
    [InlineData("", null)]
    [InlineData(",", null)]
    [InlineData(null, null)]
    public void Parse_Header_GivesTheWaitOrNothing(string? header, double? seconds) =>
        RetryAfter.Parse(header, Some.Noon).Should().Be(seconds is { } expected ? TimeSpan.FromSeconds(expected) : null);
}
