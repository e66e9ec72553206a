using System.Runtime.ExceptionServices;
using BrowserFarm.Jobs;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering.Handlers;
using BrowserFarm.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrowserFarm.Hosting;

/// <summary>The composition root: puts a farm for one crawl together, runs it, and takes it down again.</summary>
public sealed class FarmHost : IAsyncDisposable
{
    private readonly IHost _host;

    private FarmHost(IHost host) => _host = host;

    private IHostApplicationLifetime Lifetime => _host.Services.GetRequiredService<IHostApplicationLifetime>();

    /// <summary>The running farm in numbers.</summary>
    public CrawlObserver Observer => _host.Services.GetRequiredService<CrawlObserver>();

    /// <summary>The crawl was stopped because its folder takes as much as it may.</summary>
    public bool IsQuotaUsedUp => _host.Services.GetRequiredService<QuotaKeeper>().IsUsedUp;

    /// <param name="logging">Where messages go; null sends them nowhere.</param>
    /// <param name="time">The queue's clock; null takes the system's.</param>
    /// <exception cref="OptionsValidationException">The crawl names a handler that is not registered.</exception>
    public static FarmHost Build(
        PlaywrightConfig config, FarmOptions options, IJobQueue queue, CrawlPlan plan, Action<ILoggingBuilder>? logging = null, TimeProvider? time = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "BrowserFarm" });
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddCrawlFarm(config, options, queue, plan);
        options.ConfigureServices?.Invoke(builder.Services);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainGrace + options.DeliveryGraceWhenStopped + TimeSpan.FromSeconds(15));
        if (logging is not null)
            logging(builder.Logging);
        var host = builder.Build();
        ThrowIfHandlerIsMissing(plan.Crawl.Spec.Page.Handler, host);
        return new FarmHost(host);
    }

    /// <summary>Runs until the crawl is finished or <see cref="Stop"/> is called; then everything is written and every browser gone.</summary>
    /// <exception cref="Exception">What broke the farm as a whole: no browser, no disk. Jobs in hand were given back before.</exception>
    public async Task RunAsync()
    {
        try
        {
            try
            {
                await _host.StartAsync(CancellationToken.None);
            }
            catch (OperationCanceledException) when (Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Told to stop while it was starting. What had started is stopped below.
            }

            await _host.WaitForShutdownAsync(CancellationToken.None);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.Count > 0)
        {
            ThrowFirstFault();
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        ThrowFirstFault();
    }

    /// <summary>Takes no more jobs, lets running ones finish within the grace, then ends <see cref="RunAsync"/>.</summary>
    public void Stop() => Lifetime.StopApplication();

    /// <summary>As <see cref="Stop"/>, but gives running jobs back at once.</summary>
    public void StopNow()
    {
        _host.Services.GetRequiredService<WorkerHost>().AbandonNow();
        _host.Services.GetRequiredService<DeliveryKeeper>().GiveUp();
        Stop();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private static void ThrowIfHandlerIsMissing(string? wanted, IHost host)
    {
        var names = host.Services.GetRequiredService<PageHandlers>().Names;
        if (wanted is null || names.Contains(wanted, StringComparer.Ordinal))
            return;

        host.Dispose();
        throw new OptionsValidationException(nameof(PageWish.Handler), typeof(FarmOptions),
            [$"The crawl hands its pages to the handler '{wanted}', which this program does not have ({(names.Count == 0 ? "it has none" : $"it has {string.Join(", ", names)}")}): run it in the program that registers it."]);
    }

    /// <summary>A background service that failed has stopped the host; this is why.</summary>
    private void ThrowFirstFault()
    {
        foreach (var service in _host.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask is { IsFaulted: true, Exception.InnerException: { } reason })
                ExceptionDispatchInfo.Throw(reason);
        }
    }

    /// <summary>Signals are the caller's affair: a library must not take Ctrl-C away from the program it is in.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
