using System.Globalization;

namespace BrowserFarm.Cli;

/// <summary>Spans of time as a person types them: a whole number and a unit, <c>45s</c>, <c>30m</c>, <c>6h</c>, <c>2d</c>. Pure.</summary>
internal static class Age
{
    /// <summary>Ten years; longer is a slip of the finger.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(3650);

    private static readonly (char Letter, TimeSpan Unit)[] Units =
        [('d', TimeSpan.FromDays(1)), ('h', TimeSpan.FromHours(1)), ('m', TimeSpan.FromMinutes(1)), ('s', TimeSpan.FromSeconds(1))];

    /// <returns>False when it is not one, is zero, or is longer than <see cref="Longest"/>.</returns>
    public static bool TryParse(string text, out TimeSpan age)
    {
        age = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;

        var unit = Array.Find(Units, unit => unit.Letter == text[^1]).Unit;
        if (number == 0 || unit == default || number > Longest / unit)
            return false;

        age = number * unit;
        return true;
    }

    /// <summary>In the largest unit that it is a whole number of.</summary>
    public static string Write(TimeSpan age)
    {
        var (letter, unit) = Array.Find(Units, unit => age.Ticks % unit.Unit.Ticks == 0);
        return unit == default ? CrawlSummary.Duration(age) : string.Create(CultureInfo.InvariantCulture, $"{age.Ticks / unit.Ticks}{letter}");
    }
}
