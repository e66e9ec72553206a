using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace BrowserFarm.Diagnostics.Prometheus;

/// <summary>The labels of one sample: those of the meter first, then its own.</summary>
internal sealed class PrometheusLabels
{
    private const string Bound = "le";

    private readonly List<(string Name, string Value)> _labels = [];

    /// <param name="kind">A histogram has a label <c>le</c> of its own; a tag of that name is left out.</param>
    public static PrometheusLabels Of(Metric metric, ReadOnlyTagCollection tags, PrometheusKind kind)
    {
        var labels = new PrometheusLabels();
        labels.Add("otel_scope_name", metric.MeterName);
        if (!string.IsNullOrEmpty(metric.MeterVersion))
            labels.Add("otel_scope_version", metric.MeterVersion);
        foreach (var (name, value) in metric.MeterTags ?? [])
        {
            if (name is not ("name" or "version" or "schema_url"))
                labels.Add("otel_scope_" + name, value);
        }

        foreach (var (name, value) in tags)
        {
            if (kind != PrometheusKind.Histogram || PrometheusName.LegalLabel(name) != Bound)
                labels.Add(name, value);
        }

        return labels;
    }

    public static PrometheusLabels Of(IEnumerable<KeyValuePair<string, object>> attributes)
    {
        var labels = new PrometheusLabels();
        foreach (var (name, value) in attributes)
            labels.Add(name, value);
        return labels;
    }

    /// <summary>Writes <c>{name="value",…}</c>; nothing when there is none.</summary>
    /// <param name="bound">Value of the label <c>le</c>; null for samples that are no bucket.</param>
    public void WriteTo(StringBuilder text, string? bound = null)
    {
        if (_labels.Count == 0 && bound is null)
            return;

        var separator = '{';
        foreach (var (name, value) in _labels)
        {
            text.Append(separator).Append(name).Append("=\"").Append(PrometheusSpelling.LabelValue(value)).Append('"');
            separator = ',';
        }

        if (bound is not null)
            text.Append(separator).Append(Bound).Append("=\"").Append(bound).Append('"');
        text.Append('}');
    }

    /// <summary>Two names that become the same legal one share a label, with both values.</summary>
    private void Add(string name, object? value)
    {
        var legal = PrometheusName.LegalLabel(name);
        var spelled = value switch
        {
            null => "",
            bool flag => flag ? "true" : "false",
            double number => PrometheusSpelling.Number(number),
            IFormattable formattable => formattable.ToString(format: null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        var same = _labels.FindIndex(label => label.Name == legal);
        if (same < 0)
            _labels.Add((legal, spelled));
        else
            _labels[same] = (legal, $"{_labels[same].Value};{spelled}");
    }
}
