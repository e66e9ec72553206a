using System.Text.RegularExpressions;

namespace BrowserFarm.Diagnostics.Prometheus;

/// <summary>Units as instruments state them (UCUM: <c>s</c>, <c>By</c>, <c>{page}/s</c>) in the words that Prometheus wants at the end of a name.</summary>
/// <remarks>The rules, and the table, are those of OpenTelemetry's "Prometheus and OpenMetrics Compatibility", section "Metric Metadata".</remarks>
internal static partial class PrometheusUnit
{
    /// <returns>For example <c>seconds</c>, <c>bytes</c>, <c>per_second</c>; empty for a plain number or a count of things.</returns>
    public static string Of(string? unit)
    {
        if (string.IsNullOrEmpty(unit))
            return "";

        var bare = Annotation().Replace(unit, "");
        var slash = bare.IndexOf('/', StringComparison.Ordinal);
        var words = slash >= 0 && slash < bare.Length - 1
            ? $"{Plural(bare[..slash])}_per_{Singular(bare[(slash + 1)..])}"
            : Plural(bare);
        return Illegal().Replace(words, "_").Trim('_');
    }

    private static string Plural(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" or "B" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tibibytes",
        "KBy" or "KB" => "kilobytes",
        "MBy" or "MB" => "megabytes",
        "GBy" or "GB" => "gigabytes",
        "TBy" or "TB" => "terabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        "$" => "dollars",
        "1" => "",
        _ => unit,
    };

    private static string Singular(string unit) => unit switch
    {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => unit,
    };

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Annotation();

    [GeneratedRegex("[^A-Za-z0-9:]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Illegal();
}
