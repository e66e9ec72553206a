using System.Text;
using OpenTelemetry.Metrics;

namespace BrowserFarm.Diagnostics.Prometheus;

/// <summary>What a metric is to Prometheus.</summary>
internal enum PrometheusKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>A metric's names.</summary>
/// <param name="Text">In the text format, of family and samples: <c>farm_pages_total</c>.</param>
/// <param name="OpenMetrics">In OpenMetrics, of the samples: a counter's end in <c>_total</c>.</param>
/// <param name="Family">In OpenMetrics, of the family: a counter's do not.</param>
/// <param name="Unit">The word at the end of the family's name; empty when there is none.</param>
internal sealed record PrometheusName(string Text, string OpenMetrics, string Family, string Unit)
{
    private const string Total = "_total";

    public static PrometheusName Of(string name, string? unit, PrometheusKind kind)
    {
        var word = PrometheusUnit.Of(unit);
        var text = Legal(name);
        var family = Legal(WithoutTotal(name));
        if (word.Length > 0 && !text.EndsWith(word, StringComparison.Ordinal))
            (text, family) = ($"{text}_{word}", $"{family}_{word}");
        if (kind != PrometheusKind.Counter)
            return new PrometheusName(text, family, family, word);

        family = WithoutTotal(family);
        return new PrometheusName(text.EndsWith(Total, StringComparison.Ordinal) ? text : text + Total, family + Total, family, word);
    }

    /// <returns>Null when the text formats have no form for it.</returns>
    public static PrometheusKind? KindOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => PrometheusKind.Counter,
        MetricType.LongGauge or MetricType.DoubleGauge or MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => PrometheusKind.Gauge,
        MetricType.Histogram => PrometheusKind.Histogram,
        _ => null,
    };

    /// <summary>A name of a metric: <c>[a-zA-Z_:][a-zA-Z0-9_:]*</c>.</summary>
    public static string Legal(string name) => Sanitized(name, colons: true);

    /// <summary>A name of a label: <c>[a-zA-Z_][a-zA-Z0-9_]*</c>.</summary>
    public static string LegalLabel(string name) => Sanitized(name, colons: false);

    /// <summary>What is not legal becomes an underscore, and several of them one; a digit at the beginning gets one before it.</summary>
    private static string Sanitized(string name, bool colons)
    {
        if (name.Length == 0)
            return "_";

        var legal = new StringBuilder(name.Length + 1);
        if (char.IsAsciiDigit(name[0]))
            legal.Append('_');
        foreach (var character in name)
        {
            if (char.IsAsciiLetterOrDigit(character) || (colons && character == ':'))
                legal.Append(character);
            else if (legal.Length == 0 || legal[^1] != '_')
                legal.Append('_');
        }

        return legal.ToString();
    }

    private static string WithoutTotal(string name) => name.EndsWith(Total, StringComparison.Ordinal) ? name[..^Total.Length] : name;
}
