using BrowserFarm.Diagnostics.Prometheus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace BrowserFarm.Diagnostics;

/// <summary>Registers the metrics and who reads them.</summary>
public static class FarmMetricsServices
{
    /// <summary>Meters that are read: the farm's, the pool's, and the runtime's own.</summary>
    internal static readonly string[] Meters = [FarmMetrics.MeterName, "ContextPool", "System.Runtime"];

    /// <summary>Of the runtime's own, what says little and has names that Prometheus' checks find fault with.</summary>
    private static readonly string[] Dropped = ["dotnet.assembly.count", "dotnet.process.cpu.count", "dotnet.timer.count"];

    /// <summary>
    /// Registers <see cref="FarmMetrics"/> and a <see cref="MeterProvider"/> with the Prometheus exporter, which
    /// <see cref="PrometheusExporterExtensions.MapPrometheusScrapingEndpoint"/> serves. When <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> or <c>OTEL_EXPORTER_OTLP_METRICS_ENDPOINT</c>
    /// names a collector, they are sent there as well, every minute unless <c>OTEL_METRIC_EXPORT_INTERVAL</c> says otherwise. The provider lives from the host's start to its disposal.
    /// </summary>
    public static IServiceCollection AddFarmMetrics(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<FarmMetrics>();
        services.TryAddSingleton(_ => BuildProvider());
        services.AddHostedService<MetricsHost>();
        return services;
    }

    private static MeterProvider BuildProvider()
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(FarmResource.Configure)
            .AddMeter(Meters)
            .AddPrometheusExporter();
        foreach (var name in Dropped)
            builder.AddView(name, MetricStreamConfiguration.Drop);
        if (FarmResource.HasCollector("METRICS"))
            builder.AddOtlpExporter(options => FarmResource.Send(options, "METRICS"));
        return builder.Build();
    }

    /// <summary>Has the provider built when the host starts, before anything counts, and what was counted sent on when it stops. The container disposes it.</summary>
    private sealed class MetricsHost : IHostedService
    {
        /// <summary>A collector that does not answer does not hold up the stop for longer.</summary>
        private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(2);

        private readonly MeterProvider _provider;

        /// <param name="metrics">Asked for so that they exist from the start: a farm that is not ready says so.</param>
        public MetricsHost(MeterProvider provider, FarmMetrics metrics) => (_provider, _) = (provider, metrics);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) =>
            Task.Run(() => _provider.ForceFlush((int)FlushWithin.TotalMilliseconds), CancellationToken.None);
    }
}
