using System.Net;
using BrowserFarm.Diagnostics;
using BrowserFarm.Diagnostics.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TestKit;

/// <summary>A server on a free port of 127.0.0.1 that serves metrics as the service would, and nothing else.</summary>
public sealed class MetricsServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private MetricsServer(WebApplication application) => _application = application;

    /// <summary>Asks relative to the server's address.</summary>
    public HttpClient Client { get; } = new();

    public IServiceProvider Services => _application.Services;

    public static async Task<MetricsServer> StartAsync(Action<IServiceCollection> services)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        builder.Services.AddRoutingCore().AddSingleton<IHostLifetime, NoLifetime>();
        services(builder.Services);
        var application = builder.Build();
        application.MapPrometheusScrapingEndpoint();
        await application.StartAsync();
        return new MetricsServer(application) { Client = { BaseAddress = new Uri(application.Urls.Single()) } };
    }

    /// <summary>With the farm's own metrics and the runtime's.</summary>
    public static Task<MetricsServer> StartFarmAsync() => StartAsync(services => services.AddFarmMetrics());

    /// <param name="accept">Value of the header, as it is; null for none.</param>
    public async Task<HttpResponseMessage> GetAsync(string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    // The default lifetime takes Ctrl+C for itself, which belongs to the test runner.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
