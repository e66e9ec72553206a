using BrowserFarm.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace BrowserFarm.Diagnostics;

/// <summary>Registers the traces and who reads them.</summary>
public static class FarmTracesServices
{
    /// <summary>The farm's own, and the web server's: a span for each request.</summary>
    private static readonly string[] Sources = [FarmTraces.SourceName, RenderTraces.SourceName, "Microsoft.AspNetCore"];

    /// <summary>
    /// Has spans made, so that messages of the log carry their trace's number, and sends them on when one of the standard variables
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c> names a collector. <c>OTEL_TRACES_SAMPLER</c> thins them out.
    /// </summary>
    public static IServiceCollection AddFarmTraces(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => BuildProvider());
        services.AddHostedService<TracesHost>();
        services.Configure<LoggerFactoryOptions>(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        return services;
    }

    private static TracerProvider BuildProvider()
    {
        var builder = Sdk.CreateTracerProviderBuilder().ConfigureResource(FarmResource.Configure).AddSource(Sources);
        if (FarmResource.HasCollector("TRACES"))
            builder.AddOtlpExporter(options => FarmResource.Send(options, "TRACES"));
        return builder.Build();
    }

    /// <summary>Has the provider built when the host starts, and what is left sent on when it stops. The container disposes it.</summary>
    private sealed class TracesHost(TracerProvider provider) : IHostedService
    {
        /// <summary>A collector that does not answer does not hold up the stop for longer.</summary>
        private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(2);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) =>
            Task.Run(() => provider.ForceFlush((int)FlushWithin.TotalMilliseconds), CancellationToken.None);
    }
}
