using System.Diagnostics.Metrics;
using System.Text;
using BrowserFarm.Diagnostics.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using TestKit;

namespace BrowserFarm.Tests.Diagnostics.Prometheus;

/// <summary>A meter that nobody else has, and what the exporter makes of it.</summary>
internal sealed class Exposition : IDisposable
{
    private static int _number;

    public Exposition(string? version = null, ResourceBuilder? resource = null, params KeyValuePair<string, object?>[] tags)
    {
        var name = $"test{Interlocked.Increment(ref _number)}";
        Meter = new Meter(name, version, tags);
        Provider = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource ?? ResourceBuilder.CreateEmpty()).AddMeter(name).AddPrometheusExporter().Build();
        Exporter = PrometheusExporterExtensions.ExporterOf(Provider);
    }

    public Meter Meter { get; }

    public MeterProvider Provider { get; }

    public PrometheusExporter Exporter { get; }

    /// <summary>What a client is sent, with the meter's name replaced by <c>M</c>.</summary>
    public async Task<string> ReadAsync(PrometheusFormat format)
    {
        var exposition = await Exporter.CollectAsync().WaitAsync(Bounds.Short);
        return Encoding.UTF8.GetString(exposition.In(format).Span).Replace(Meter.Name, "M");
    }

    public void Dispose()
    {
        Provider.Dispose();
        Meter.Dispose();
    }
}
