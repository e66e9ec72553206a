using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BrowserFarm.Demo;

/// <summary>
/// A small JavaScript-rendered shop on 127.0.0.1, to try the farm on without troubling anybody: lists, paging by link, by click and by
/// scrolling, a login, a slow page, a page that refuses in bursts, and a few pages that misbehave.
/// </summary>
public sealed class DemoSite : IAsyncDisposable
{
    // What is still being answered when the site stops is cut off after this.
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, int> _visits = new(StringComparer.Ordinal);

    private DemoSite(WebApplication application) => _application = application;

    /// <summary>Where the site is served.</summary>
    /// <value><c>http://127.0.0.1:PORT/</c></value>
    public Uri BaseUri { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Starts the site; it answers when this returns.</summary>
    /// <exception cref="PortInUseException">Another program listens on the port.</exception>
    /// <exception cref="ValidationException">A setting is out of its range.</exception>
    public static async Task<DemoSite> StartAsync(DemoSiteOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);

        var site = new DemoSite(Build(options.Port));
        site.Map(options, time);
        try
        {
            await site._application.StartAsync(cancellationToken);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            await site._application.DisposeAsync();
            throw new PortInUseException(options.Port, failure);
        }
        catch
        {
            await site._application.DisposeAsync();
            throw;
        }

        var addresses = site._application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        site.BaseUri = new Uri(addresses.Addresses.Single());
        return site;
    }

    /// <summary>How many requests an address has got so far.</summary>
    /// <param name="path">From the slash on, with the query: <c>/products?page=2</c>.</param>
    public int VisitsTo(string path) => _visits.GetValueOrDefault(path);

    /// <summary>Stops the site; requests that are still running are cut off after 300 ms.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var grace = new CancellationTokenSource(StopGrace, TimeProvider.System))
        {
            await _application.StopAsync(grace.Token);
        }

        await _application.DisposeAsync();
    }

    // The empty builder, not the slim one: no settings files or ASPNETCORE_ variables of the surrounding program can move this site to
    // another address, nothing watches the working folder, and nothing is logged.
    private static WebApplication Build(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        return builder.Build();
    }

    private void Map(DemoSiteOptions options, TimeProvider time)
    {
        var catalogue = new DemoCatalogue(options.Products, options.PageSize);

        _application.Use((context, next) =>
        {
            _visits.AddOrUpdate(context.Request.Path + context.Request.QueryString.Value, 1, static (_, visits) => visits + 1);
            return next(context);
        });
        new DemoApi(options, catalogue, time).MapTo(_application);
        new DemoSitemap(catalogue).MapTo(_application);
        new DemoPages(options, catalogue, new DemoAssets(), time).MapTo(_application);
    }

    // The default lifetime takes Ctrl+C and SIGTERM for itself; here the owner decides when the site stops.
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
