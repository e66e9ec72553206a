using System.Globalization;

namespace BrowserFarm.Jobs;

/// <summary>Reads a <c>Retry-After</c> header (RFC 9110 §10.2.3).</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>The form of dates today and the two of old, which must still be understood (RFC 9110 §5.6.7).</summary>
    private static readonly string[] DateForms = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    /// <summary>Seconds, or a date from which <paramref name="now"/> is taken off. Nonsense and times in the past give null.</summary>
    public static TimeSpan? Parse(string? header, DateTimeOffset now)
    {
        // A header sent twice arrives as one value with a line break or comma; a date has a comma of its own, so try the whole first.
        foreach (var text in new[] { header, header?.Split('\n')[0], header?.Split(',')[0] })
        {
            if (ParseOne(text?.Trim(), now) is { } wait)
                return wait;
        }

        return null;
    }

    private static TimeSpan? ParseOne(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.All(char.IsAsciiDigit))
        {
            return double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < Longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : Longest;
        }

        return DateTimeOffset.TryParseExact(
                text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out var date) && date > now
            ? Min(date - now, Longest)
            : null;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
