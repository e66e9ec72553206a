using System.Globalization;
using System.Text.RegularExpressions;

namespace BrowserFarm.Extraction;

/// <summary>Reads dates as people and machines write them: ISO 8601, RFC 9110, and a locale's order or month names. Pure.</summary>
/// <remarks>Never fills in what is not written: no year of today, no offset of this machine.</remarks>
internal static partial class DateText
{
    private const int MaxLength = 200;

    /// <returns><c>2026-11-26</c>, or with a time <c>2026-11-26T10:00:00</c>, with <c>Z</c> or <c>+01:00</c> when the offset is written.</returns>
    public static bool TryParse(string text, LocaleRules rules, out string date, out string problem)
    {
        date = "";
        if (text.Length > MaxLength)
        {
            problem = "it is too long to be a date";
            return false;
        }

        var rest = text.Trim();
        var (time, offset) = ("", "");
        if (Clock().Match(rest) is { Success: true } clock)
        {
            if (!TryTime(clock, out time))
            {
                problem = "its time of day is none";
                return false;
            }

            offset = OffsetOf(clock);
            rest = $"{rest[..clock.Index]} {rest[(clock.Index + clock.Length)..]}";
        }

        if (!TryDay(rest, rules, out var day, out problem))
            return false;

        date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + time + offset;
        return true;
    }

    private static bool TryTime(Match clock, out string time)
    {
        var hour = int.Parse(clock.Groups["hour"].ValueSpan, CultureInfo.InvariantCulture);
        var minute = int.Parse(clock.Groups["minute"].ValueSpan, CultureInfo.InvariantCulture);
        var second = clock.Groups["second"] is { Success: true } seconds ? int.Parse(seconds.ValueSpan, CultureInfo.InvariantCulture) : 0;
        if (clock.Groups["half"] is { Success: true } half)
            hour = hour is < 1 or > 12 ? 99 : (hour % 12) + (half.ValueSpan[0] is 'p' or 'P' ? 12 : 0);
        time = string.Create(CultureInfo.InvariantCulture, $"T{hour:00}:{minute:00}:{second:00}");
        return hour < 24 && minute < 60 && second < 60;
    }

    private static string OffsetOf(Match clock)
    {
        if (clock.Groups["zone"] is not { Success: true, Value: var zone })
            return "";
        if (zone[0] is not ('+' or '-'))
            return "Z";   // Z, UTC, GMT
        var digits = zone.Replace(":", "", StringComparison.Ordinal);
        return $"{digits[..3]}:{digits[3..]}";
    }

    private static bool TryDay(string text, LocaleRules rules, out DateOnly day, out string problem)
    {
        day = default;
        var numbers = DigitRuns().Matches(text).Select(match => match.Value).ToList();
        var months = Letters().Matches(text).Select(match => rules.MonthOf(match.Value)).Where(month => month > 0).ToList();
        int year, month, dayOfMonth;
        if (months.Count == 1 && numbers.Count == 2)
        {
            month = months[0];
            var yearAt = numbers[0].Length == 4 ? 0 : 1;
            (year, dayOfMonth) = (YearOf(numbers[yearAt]), Number(numbers[1 - yearAt]));
        }
        else if (numbers.Count == 3 && months.Count == 0)
        {
            if (numbers[0].Length != 4 && rules.IsNone)
            {
                problem = "day and month could each be either: give its locale";
                return false;
            }

            var order = numbers[0].Length == 4 ? DateOrder.YearMonthDay : numbers[2].Length == 4 && rules.Order == DateOrder.YearMonthDay ? DateOrder.DayMonthYear : rules.Order;
            (year, month, dayOfMonth) = order switch
            {
                DateOrder.YearMonthDay => (YearOf(numbers[0]), Number(numbers[1]), Number(numbers[2])),
                DateOrder.MonthDayYear => (YearOf(numbers[2]), Number(numbers[0]), Number(numbers[1])),
                _ => (YearOf(numbers[2]), Number(numbers[1]), Number(numbers[0])),
            };
        }
        else
        {
            problem = "it has no day, month and year, or more than these: give a pattern";
            return false;
        }

        problem = "there is no such day";
        if (year is < 1 or > 9999 || month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month))
            return false;
        day = new DateOnly(year, month, dayOfMonth);
        return true;
    }

    /// <summary>Of two digits as POSIX has it (<c>strptime</c>, %y): 69 to 99 are of the last century.</summary>
    private static int YearOf(string digits) => Number(digits) is var year && digits.Length == 2 ? year + (year < 69 ? 2000 : 1900) : year;

    private static int Number(string digits) => digits.Length <= 4 ? int.Parse(digits, CultureInfo.InvariantCulture) : -1;

    [GeneratedRegex(
        @"(?:[T,]\s*|(?<![\d:]))(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2})(?::(?<second>[0-9]{2})(?:[.,][0-9]+)?)?(?:\s*(?<half>[ap])\.?m\b\.?)?(?:\s*(?<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?(?![\d:])",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Clock();

    [GeneratedRegex("[0-9]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DigitRuns();

    [GeneratedRegex(@"\p{L}+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Letters();
}
