using System.Reflection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;

namespace BrowserFarm.Diagnostics;

/// <summary>As whom the farm tells its metrics and traces.</summary>
internal static class FarmResource
{
    public static void Configure(ResourceBuilder resource) => resource
        .Clear()
        .AddTelemetrySdk()
        .AddService("browserfarm", serviceVersion: Assembly.GetExecutingAssembly().GetName().Version?.ToString(3))
        .AddEnvironmentVariableDetector();   // last: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win

    /// <summary>Whether the standard variables name a collector for what is called so: <c>METRICS</c>, <c>TRACES</c>.</summary>
    public static bool HasCollector(string signal) =>
        IsSet("OTEL_EXPORTER_OTLP_ENDPOINT") || IsSet($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");

    /// <summary>
    /// Has an exporter send to the collector of its signal. The SDK's options read the common variables alone; those of one signal win by the specification
    /// ("OpenTelemetry Protocol Exporter", endpoint URLs), and name the whole path.
    /// </summary>
    public static void Send(OtlpExporterOptions options, string signal)
    {
        if (Environment.GetEnvironmentVariable($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") is { Length: > 0 } own && Uri.TryCreate(own, UriKind.Absolute, out var endpoint))
            options.Endpoint = endpoint;
        if (Environment.GetEnvironmentVariable($"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL") is { } protocol)
            options.Protocol = protocol == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : options.Protocol;
    }

    private static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));
}
