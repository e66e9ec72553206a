using System.Net;
using BrowserFarm.Api.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TestKit;

namespace BrowserFarm.Tests.Api.Access;

/// <summary>A service on a free port of 127.0.0.1 that has nothing but the checks in front of its endpoints.</summary>
internal sealed class AccessSite : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpClient _client;

    private AccessSite(WebApplication application, Uri address)
    {
        _application = application;
        Address = address;
        _client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address, Timeout = Bounds.Medium };
    }

    public Uri Address { get; }

    public static async Task<AccessSite> StartAsync(TokenStore tokens, TimeProvider time, Action<WebApplication> map, HostCheck? hosts = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(time);
        builder.Services.AddFarmAccess(tokens, hosts ?? HostCheck.Loopback);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var application = builder.Build();
        application.UseFarmAccess();
        map(application);
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return new AccessSite(application, new Uri(address));
    }

    /// <param name="headers">Names and values in turn.</param>
    public Task<HttpResponseMessage> SendAsync(string method, string path, params string[] headers) => SendAsync(method, path, content: null, headers);

    public Task<HttpResponseMessage> SendAsync(string method, string path, HttpContent? content, params string[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        foreach (var pair in headers.Chunk(2))
            request.Headers.TryAddWithoutValidation(pair[0], pair[1]);
        return _client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        using (var grace = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System))
        {
            await _application.StopAsync(grace.Token);
        }

        await _application.DisposeAsync();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
