using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace BrowserFarm.Diagnostics.Prometheus;

/// <summary>The two forms in which Prometheus reads metrics.</summary>
internal enum PrometheusFormat
{
    /// <summary>Text format 0.0.4: what everything reads.</summary>
    Text,

    /// <summary>OpenMetrics 1.0.0: states units, and its end, so that half of it is not taken for all.</summary>
    OpenMetrics,
}

/// <summary>Which form a client gets.</summary>
internal static class PrometheusFormats
{
    private const string OpenMetricsType = "application/openmetrics-text";

    public static string ContentType(this PrometheusFormat format) => format == PrometheusFormat.OpenMetrics
        ? $"{OpenMetricsType}; version=1.0.0; charset=utf-8; escaping=underscores"
        : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The form with the highest <c>q</c> that is ours; of equal ones the first; the text format when none is.</summary>
    /// <param name="accept">Lines of the <c>Accept</c> header; may be damaged, and then count for nothing.</param>
    /// <remarks>Whoever asks for other names than of letters, digits and underscores (<c>escaping</c>) gets these all the same: every reader takes them.</remarks>
    public static PrometheusFormat Negotiate(IList<string?> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([.. accept.Where(line => !string.IsNullOrEmpty(line)).Select(line => line!)], out var wishes))
            return PrometheusFormat.Text;

        return wishes.Select(wish => (Format: FormatOf(wish), Quality: wish.Quality ?? 1))
            .Where(wish => wish is { Format: not null, Quality: > 0 })
            .OrderByDescending(wish => wish.Quality)   // stable: the first of equal ones stays first
            .Select(wish => wish.Format!.Value)
            .FirstOrDefault(PrometheusFormat.Text);
    }

    private static PrometheusFormat? FormatOf(MediaTypeHeaderValue wish)
    {
        var version = wish.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.GetUnescapedValue().ToString();
        if (wish.MediaType.Equals(OpenMetricsType, StringComparison.OrdinalIgnoreCase))
            return version is null || (Version.TryParse(version, out var asked) && asked.Major <= 1) ? PrometheusFormat.OpenMetrics : null;
        return wish.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase) && version is null or "0.0.4" ? PrometheusFormat.Text : null;
    }
}

/// <summary>Numbers and texts as the formats spell them.</summary>
internal static class PrometheusSpelling
{
    /// <summary>The shortest decimal that reads back as the same number; <c>NaN</c>, <c>+Inf</c>, <c>-Inf</c>.</summary>
    public static string Number(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The upper bound of a bucket. OpenMetrics wants a float to look like one: <c>1.0</c>.</summary>
    public static string Bound(double value, PrometheusFormat format)
    {
        var number = Number(value);
        return format == PrometheusFormat.OpenMetrics && double.IsFinite(value) && number.All(character => char.IsAsciiDigit(character) || character == '-') ? number + ".0" : number;
    }

    /// <summary>What stands between the quotes of a label. Readers take a NUL for the end of everything, so it becomes U+FFFD.</summary>
    public static string LabelValue(string value) => Line(value).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>The text after <c># HELP name</c>.</summary>
    public static string Help(string text, PrometheusFormat format) => format == PrometheusFormat.OpenMetrics ? LabelValue(text) : Line(text);

    private static string Line(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace('\0', '\uFFFD');
}
