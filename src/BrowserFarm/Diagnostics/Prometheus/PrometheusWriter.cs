using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace BrowserFarm.Diagnostics.Prometheus;

/// <summary>Writes collected metrics in one of the two formats.</summary>
/// <remarks>
/// https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/; what OpenTelemetry's
/// notions become is in its "Prometheus and OpenMetrics Compatibility".
/// </remarks>
internal sealed class PrometheusWriter(PrometheusFormat format)
{
    private readonly StringBuilder _text = new();

    private bool IsOpenMetrics => format == PrometheusFormat.OpenMetrics;

    /// <summary>The whole answer to a scrape, in UTF-8.</summary>
    public static byte[] Write(in Batch<Metric> metrics, Resource resource, PrometheusFormat format)
    {
        var writer = new PrometheusWriter(format);
        writer.TargetInfo(resource);
        foreach (var family in FamiliesOf(metrics, format))
            writer.Family(family);
        if (format == PrometheusFormat.OpenMetrics)
            writer._text.Append("# EOF\n");
        return Encoding.UTF8.GetBytes(writer._text.ToString());
    }

    private sealed record MetricFamily(string Name, PrometheusKind Kind, List<(Metric Metric, PrometheusName Name)> Members);

    /// <summary>Metrics of one name belong together, in the order of the first; one that is of another kind than the first cannot be told and is left out.</summary>
    private static List<MetricFamily> FamiliesOf(in Batch<Metric> metrics, PrometheusFormat format)
    {
        var families = new Dictionary<string, MetricFamily>(StringComparer.Ordinal);
        var inOrder = new List<MetricFamily>();
        foreach (var metric in metrics)
        {
            if (PrometheusName.KindOf(metric.MetricType) is not { } kind)
                continue;

            var names = PrometheusName.Of(metric.Name, metric.Unit, kind);
            var name = format == PrometheusFormat.OpenMetrics ? names.Family : names.Text;
            if (!families.TryGetValue(name, out var family))
            {
                families[name] = family = new MetricFamily(name, kind, []);
                inOrder.Add(family);
            }

            if (family.Kind == kind)
                family.Members.Add((metric, names));
        }

        return inOrder;
    }

    private void TargetInfo(Resource resource)
    {
        var labels = PrometheusLabels.Of(resource.Attributes);
        if (!resource.Attributes.Any())
            return;

        var (family, type) = IsOpenMetrics ? ("target", "info") : ("target_info", "gauge");
        _text.Append($"# TYPE {family} {type}\n# HELP {family} Target metadata\ntarget_info");
        labels.WriteTo(_text);
        _text.Append(" 1\n");
    }

    private void Family(MetricFamily family)
    {
        var (first, names) = family.Members[0];
        _text.Append($"# TYPE {family.Name} {KindWord(family.Kind)}\n");
        if (IsOpenMetrics && names.Unit.Length > 0 && family.Name.EndsWith("_" + names.Unit, StringComparison.Ordinal))
            _text.Append($"# UNIT {family.Name} {names.Unit}\n");
        if (!string.IsNullOrEmpty(first.Description))
            _text.Append($"# HELP {family.Name} {PrometheusSpelling.Help(first.Description, format)}\n");

        foreach (var (metric, name) in family.Members)
        {
            var sample = IsOpenMetrics ? name.OpenMetrics : name.Text;
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = PrometheusLabels.Of(metric, point.Tags, family.Kind);
                if (family.Kind == PrometheusKind.Histogram)
                    Histogram(sample, labels, in point);
                else
                    Sample(sample, labels, ValueOf(metric.MetricType, in point));
            }
        }
    }

    private void Histogram(string name, PrometheusLabels labels, in MetricPoint point)
    {
        var (below, hasNegativeBound, isComplete) = (0L, false, false);
        foreach (var bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            hasNegativeBound |= bucket.ExplicitBound < 0;
            isComplete |= double.IsPositiveInfinity(bucket.ExplicitBound);
            Sample($"{name}_bucket", labels, Whole(below), PrometheusSpelling.Bound(bucket.ExplicitBound, format));
        }

        var count = Whole(point.GetHistogramCount());
        if (!isComplete)
            Sample($"{name}_bucket", labels, count, "+Inf");

        // OpenMetrics: a histogram with negative bounds has no sum, for a sum that may fall is no counter; and without it no count.
        if (IsOpenMetrics && hasNegativeBound)
            return;
        Sample($"{name}_sum", labels, PrometheusSpelling.Number(point.GetHistogramSum()));
        Sample($"{name}_count", labels, count);
    }

    private void Sample(string name, PrometheusLabels labels, string value, string? bound = null)
    {
        _text.Append(name);
        labels.WriteTo(_text, bound);
        _text.Append(' ').Append(value).Append('\n');
    }

    private static string ValueOf(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => Whole(point.GetSumLong()),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => PrometheusSpelling.Number(point.GetSumDouble()),
        MetricType.LongGauge => Whole(point.GetGaugeLastValueLong()),
        _ => PrometheusSpelling.Number(point.GetGaugeLastValueDouble()),
    };

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string KindWord(PrometheusKind kind) => kind switch
    {
        PrometheusKind.Counter => "counter",
        PrometheusKind.Gauge => "gauge",
        _ => "histogram",
    };
}
