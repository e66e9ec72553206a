using System.Globalization;
using System.Text;
using BrowserFarm.Diagnostics;
using BrowserFarm.Diagnostics.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using TestKit;

namespace BrowserFarm.Tests.Diagnostics;

/// <summary>Alone, because whoever listens to the meter hears every farm of the process.</summary>
[CollectionDefinition(nameof(ListensToAllFarms), DisableParallelization = true)]
public sealed class ListensToAllFarms;

/// <summary>The farm's metrics, and what Prometheus would know of them.</summary>
internal sealed class FarmMeter : IDisposable
{
    private readonly MeterProvider _provider;

    public FarmMeter()
    {
        _provider = Sdk.CreateMeterProviderBuilder().AddMeter(FarmMetrics.MeterName).AddPrometheusExporter().Build();
        Metrics = new FarmMetrics(Clock);
    }

    public ManualTimeProvider Clock { get; } = new();

    public FarmMetrics Metrics { get; }

    public async Task<string> TextAsync() =>
        Encoding.UTF8.GetString((await PrometheusExporterExtensions.ExporterOf(_provider).CollectAsync().WaitAsync(Bounds.Short)).Text.Span);

    /// <summary>Samples by name and tags: <c>browserfarm_ready</c>, <c>browserfarm_queue_jobs{lane="normal",state="waiting"}</c>.</summary>
    public async Task<Dictionary<string, double>> SamplesAsync() => (await TextAsync()).Split('\n')
        .Where(line => line.StartsWith("browserfarm_", StringComparison.Ordinal))
        .ToDictionary(
            line => line[..line.LastIndexOf(' ')].Replace("otel_scope_name=\"BrowserFarm\",", "").Replace("{otel_scope_name=\"BrowserFarm\"}", ""),
            line => double.Parse(line[(line.LastIndexOf(' ') + 1)..].Replace("+Inf", "Infinity"), CultureInfo.InvariantCulture));

    public void Dispose()
    {
        _provider.Dispose();
        Metrics.Dispose();
    }
}
