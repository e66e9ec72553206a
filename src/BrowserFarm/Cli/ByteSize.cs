using System.Globalization;

namespace BrowserFarm.Cli;

/// <summary>Sizes as a person types them: a whole number and a unit of 1000, <c>500MB</c>, <c>20GB</c>, <c>2TB</c>. Pure.</summary>
internal static class ByteSize
{
    private static readonly (string Name, long Bytes)[] Units = [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000)];

    /// <returns>False when it is not one, is zero, or is more than a disk holds.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        foreach (var (name, unit) in Units)
        {
            if (!text.EndsWith(name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (!int.TryParse(text.AsSpan(0, text.Length - name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > 999_999)
                return false;
            bytes = number * unit;
            return true;
        }

        return false;
    }

    /// <summary>With one decimal, in the largest unit of which it is at least one.</summary>
    public static string Write(long bytes)
    {
        var (name, unit) = Array.Find(Units, unit => bytes >= unit.Bytes);
        return unit == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB") : string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / unit:0.0} {name}");
    }
}
