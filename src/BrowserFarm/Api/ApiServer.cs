using System.Net;
using System.Runtime.ExceptionServices;
using BrowserFarm.Api.Access;
using BrowserFarm.Api.Endpoints;
using BrowserFarm.Crawling;
using BrowserFarm.Dashboard;
using BrowserFarm.Diagnostics;
using BrowserFarm.Diagnostics.Prometheus;
using BrowserFarm.Hosting;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Service;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BrowserFarm.Api;

/// <summary>The composition root of the service: a farm for any number of crawls in one folder, and the API by which they are asked for.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    /// <summary>What is still being answered when it stops is cut off after this.</summary>
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(5);

    private readonly WebApplication _application;
    private readonly CrawlFolder _folder;
    private readonly SqliteJobQueue _queue;
    private readonly SqliteQueueView _view;
    private readonly RobotsCache _robots;
    private readonly Sitemaps _sitemaps;

    private ApiServer(WebApplication application, CrawlFolder folder, SqliteJobQueue queue, SqliteQueueView view, RobotsCache robots, Sitemaps sitemaps)
    {
        _application = application;
        _folder = folder;
        _queue = queue;
        _view = view;
        _robots = robots;
        _sitemaps = sitemaps;
    }

    /// <summary>Where it listens, once it is started.</summary>
    public IReadOnlyList<Uri> Urls { get; private set; } = [];

    /// <summary>Its parts.</summary>
    internal IServiceProvider Services => _application.Services;

    /// <summary>Cancelled when it stops: because it was told to, or because something broke the farm as a whole (<see cref="ThrowIfBroken"/>).</summary>
    public CancellationToken Stopping => _application.Lifetime.ApplicationStopping;

    /// <summary>Puts the service together. Nothing runs yet.</summary>
    /// <param name="config">The configuration, anew at every call.</param>
    /// <exception cref="CrawlFolderException">The folder cannot be used, or another program uses it.</exception>
    /// <exception cref="QueueStorageException">The database cannot be opened.</exception>
    /// <exception cref="TokenFileException">The tokens cannot be read.</exception>
    /// <exception cref="LimitsFileException">The limits cannot be read.</exception>
    /// <exception cref="FormatException">A host or an address that is to be allowed is none.</exception>
    public static ApiServer Build(ServeOptions options, Func<PlaywrightConfig> config, TimeProvider time)
    {
        var tokens = options.TokensFile is { } file ? TokenStore.Load(file, time) : TokenStore.Open(time);
        var hosts = new HostCheck([.. options.AllowedHosts, .. options.Urls.Select(url => url.IdnHost).Where(host => IPAddress.TryParse(host, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))]);
        var guard = new AddressGuard(options.Addresses, time);
        if (options.LimitsFile is { } limits)
            _ = LimitsFile.Load(limits, options.Farm.TargetLimit);   // what is wrong with it is known before anything is begun
        var folder = CrawlFolder.Take(options.DataFolder);
        SqliteJobQueue? queue = null;
        try
        {
            queue = SqliteJobQueue.Open(folder.DatabasePath, time);
            var view = SqliteQueueView.Open(folder.DatabasePath);
            var settings = config();
            var access = NetworkSettings.ForCrawler(settings.Context);
            var robots = new RobotsCache(time, access);
            var sitemaps = new Sitemaps(robots, new SitemapLimits(), time, access);

            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "BrowserFarm" });
            options.Logging?.Invoke(builder.Logging);
            var services = builder.Services;
            services.AddSingleton(time);
            services.AddFarmMetrics();
            services.AddFarmTraces();
            services.AddFarm(settings, options.Farm, queue);
            services.AddSingleton(view).AddSingleton(folder).AddSingleton(robots).AddSingleton(sitemaps).AddSingleton(config).AddSingleton(guard);
            services.AddSingleton<SitemapReaders>().AddSingleton<ServiceCrawls>().AddSingleton<ICrawlPlans>(provider => provider.GetRequiredService<ServiceCrawls>());
            services.AddSingleton<PageReader>().AddSingleton<FarmWatch>().AddSingleton<Bodies>().AddSingleton<QueueShares>().AddSingleton(new QueueBounds());
            services.AddSingleton<Readiness>().AddSingleton<SelfAudit>();
            services.AddSingleton<LimitsKeeper>().AddSingleton(new LimitsSource(options.LimitsFile));
            services.AddSingleton(new TargetMetrics(options.TargetMetrics));
            services.AddSingleton(new ArtifactFiles(folder.Path));
            services.AddFarmAccess(tokens, hosts);
            services.AddRoutingCore();
            services.AddOpenApi("v1", ApiDocument.Configure);
            options.Farm.ConfigureServices?.Invoke(services);

            // Started in this order and stopped in the other.
            services.AddHostedService<ServiceKeeper>();
            services.AddHostedService(provider => provider.GetRequiredService<LimitsKeeper>());
            services.AddFarmWork();
            services.AddHostedService(provider => provider.GetRequiredService<FarmWatch>());
            services.AddHostedService<GaugeKeeper>();
            services.AddHostedService<TokenReloader>();
            services.AddHostedService(provider => provider.GetRequiredService<SelfAudit>());
            services.AddSingleton<IHostLifetime, CallersLifetime>();
            services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Farm.DrainGrace + AnswerGrace + TimeSpan.FromSeconds(15));
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = 4 << 20;
                kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
                kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
                foreach (var url in options.Urls)
                    Listen(kestrel, url);
            });

            var application = builder.Build();
            Map(application, options);
            return new ApiServer(application, folder, queue, view, robots, sitemaps);
        }
        catch
        {
            queue?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Starts it: when this returns, it answers and works.</summary>
    /// <exception cref="AddressTakenException">Another program listens there.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _application.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new AddressTakenException(exception.Message, exception);
        }

        Urls = [.. _application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => new Uri(address))];
    }

    /// <summary>Takes no more work and says so, lets running pages end within the grace, gives the rest back uncounted, and ends. Answers meanwhile.</summary>
    public async Task StopAsync()
    {
        _application.Services.GetRequiredService<Readiness>().Drain();
        await _application.Services.GetRequiredService<WorkerHost>().StopAsync(CancellationToken.None);
        await _application.StopAsync(CancellationToken.None);
    }

    /// <summary>Has running pages given back at once: a stop that was begun ends now.</summary>
    public void StopNow() => _application.Services.GetRequiredService<WorkerHost>().AbandonNow();

    /// <summary>Throws what broke the farm as a whole: no browser, no disk.</summary>
    public void ThrowIfBroken()
    {
        foreach (var service in _application.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask is { IsFaulted: true, Exception.InnerException: { } reason })
                ExceptionDispatchInfo.Throw(reason);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _view.Dispose();
        await _queue.DisposeAsync();
        _sitemaps.Dispose();
        _robots.Dispose();
        _folder.Dispose();
    }

    private static void Map(WebApplication application, ServeOptions options)
    {
        application.Use(static (context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            return next(context);
        });
        application.UseMiddleware<RequestTraces>();
        application.UseMiddleware<Failures>();
        application.UseFarmAccess();
        HealthEndpoints.Map(application);
        application.MapSession();
        application.MapDashboard(options.DashboardFolder).OpenToAll();
        application.MapPrometheusScrapingEndpoint("/metrics").RequireScope(Scopes.Metrics);
        application.MapOpenApi("/openapi/{documentName}.json").RequireScope(Scopes.JobsRead);
        var api = application.MapGroup("/v1");
        CrawlEndpoints.Map(api);
        CrawlPageEndpoints.Map(api);
        ResultEndpoints.Map(api);
        JobEndpoints.Map(api);
        RenderEndpoint.Map(api);
        DeadLetterEndpoints.Map(api);
        FarmEndpoints.Map(api);
        EventEndpoints.Map(api);
    }

    private static void Listen(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel, Uri url)
    {
        if (IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address))
            kestrel.Listen(address, url.Port);
        else if (url.IdnHost == "localhost" && url.Port != 0)
            kestrel.ListenLocalhost(url.Port);
        else if (url.IdnHost == "localhost")
            kestrel.Listen(IPAddress.Loopback, 0);
        else
            kestrel.ListenAnyIP(url.Port);
    }

    /// <summary>Signals are the caller's affair: a library must not take Ctrl-C away from the program it is in.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Another program listens where the service was to.</summary>
public sealed class AddressTakenException(string message, Exception innerException) : Exception($"{message.TrimEnd('.')}. Stop the other program, or choose another address with --urls.", innerException);
