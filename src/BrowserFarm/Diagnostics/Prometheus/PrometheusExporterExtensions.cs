using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace BrowserFarm.Diagnostics.Prometheus;

/// <summary>
/// The entry points that the package OpenTelemetry.Exporter.Prometheus.AspNetCore has under the same names: where it can be restored, the package is
/// added and this folder deleted (docs/adr/0013).
/// </summary>
public static class PrometheusExporterExtensions
{
    /// <summary>A provider does not tell which exporters it has, except to OpenTelemetry's own.</summary>
    private static readonly ConditionalWeakTable<MeterProvider, PrometheusExporter> Exporters = [];

    /// <summary>Has the provider's metrics read by <see cref="MapPrometheusScrapingEndpoint"/>.</summary>
    public static MeterProviderBuilder AddPrometheusExporter(this MeterProviderBuilder builder)
    {
        var exporter = new PrometheusExporter();
        return builder
            .AddReader(_ => new BaseExportingMetricReader(exporter) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative })
            .AddInstrumentation((_, provider) =>
            {
                Exporters.AddOrUpdate(provider, exporter);
                return Exporters;   // something has to be returned; it would be disposed with the provider if it could be
            });
    }

    /// <summary>Serves the metrics of the <see cref="MeterProvider"/> among the services.</summary>
    /// <exception cref="InvalidOperationException">There is no provider, or it has no Prometheus exporter.</exception>
    public static IEndpointConventionBuilder MapPrometheusScrapingEndpoint(this IEndpointRouteBuilder endpoints, string path = "/metrics")
    {
        var provider = endpoints.ServiceProvider.GetRequiredService<MeterProvider>();
        var exporter = ExporterOf(provider);
        var logger = endpoints.ServiceProvider.GetService<ILoggerFactory>()?.CreateLogger("BrowserFarm.Metrics");
        return endpoints.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], context => AnswerAsync(context, exporter, logger));
    }

    /// <exception cref="InvalidOperationException">It has none.</exception>
    internal static PrometheusExporter ExporterOf(MeterProvider provider) => Exporters.TryGetValue(provider, out var exporter)
        ? exporter
        : throw new InvalidOperationException($"The meter provider has no Prometheus exporter: call {nameof(AddPrometheusExporter)} where it is built.");

    private static async Task AnswerAsync(HttpContext context, PrometheusExporter exporter, ILogger? logger)
    {
        var format = PrometheusFormats.Negotiate(context.Request.Headers.Accept);
        PrometheusExposition exposition;
        try
        {
            exposition = await exporter.CollectAsync().WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception failure)
        {
            logger?.MetricsNotCollected(failure);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        var body = exposition.In(format);
        context.Response.ContentType = format.ContentType();
        context.Response.ContentLength = body.Length;
        context.Response.Headers.Vary = "Accept";
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
