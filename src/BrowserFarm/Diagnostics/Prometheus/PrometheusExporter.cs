using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace BrowserFarm.Diagnostics.Prometheus;

/// <summary>One collection in both formats; a client is sent one of the two as it stands.</summary>
internal sealed record PrometheusExposition(ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> OpenMetrics)
{
    public ReadOnlyMemory<byte> In(PrometheusFormat format) => format == PrometheusFormat.OpenMetrics ? OpenMetrics : Text;
}

/// <summary>Collects when it is asked. Whoever asks while a collection runs gets what it comes to.</summary>
/// <remarks>
/// Both formats are written in each collection, because metrics may be read only during one, and so clients of either may share it. A collection ends
/// when its buffers are written: how slowly a client takes them holds up nobody.
/// </remarks>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _gate = new();
    private Task<PrometheusExposition>? _running;
    private PrometheusExposition? _last;

    /// <summary>Set by the reader that the exporter belongs to.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <exception cref="InvalidOperationException">The metrics could not be collected, for example because the provider is disposed.</exception>
    public Task<PrometheusExposition> CollectAsync()
    {
        lock (_gate)
        {
            if (_running is null or { IsCompleted: true })
                _running = Task.Run(CollectNow);
            return _running;
        }
    }

    /// <summary>Called by the reader in the midst of <see cref="Collect"/>, never twice at a time.</summary>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        var resource = ParentProvider.GetResource();
        _last = new PrometheusExposition(PrometheusWriter.Write(batch, resource, PrometheusFormat.Text), PrometheusWriter.Write(batch, resource, PrometheusFormat.OpenMetrics));
        return ExportResult.Success;
    }

    private PrometheusExposition CollectNow()
    {
        _last = null;
        var collected = Collect?.Invoke(Timeout.Infinite) ?? false;
        return collected && _last is { } exposition ? exposition : throw new InvalidOperationException("The metrics could not be collected.");
    }
}
