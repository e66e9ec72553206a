using BrowserFarm.Delivery;
using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Operations;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Handlers;
using BrowserFarm.Scheduling;
using BrowserFarm.Storage;
using BrowserFarm.Workers;
using ContextPool;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Hosting;

/// <summary>Every part of the farm and who gets it. Made once per crawl; the container disposes what it made.</summary>
public static class FarmServices
{
    /// <summary>Registers what runs one crawl: a farm, and the services that keep the crawl's files and end with it.</summary>
    /// <param name="config">How browsers, contexts and pages behave.</param>
    /// <param name="options">Workers, retries, limits.</param>
    /// <param name="queue">Where the crawl's jobs are; stays the caller's to dispose.</param>
    /// <param name="plan">The crawl; stays the caller's to dispose.</param>
    public static IServiceCollection AddCrawlFarm(
        this IServiceCollection services, PlaywrightConfig config, FarmOptions options, IJobQueue queue, CrawlPlan plan)
    {
        options.UsesHttp = plan.Crawl.Spec.UsesHttp;
        services.AddFarm(config, options, queue);
        services.AddSingleton(plan);
        services.AddSingleton<ICrawlPlans, OnePlan>();
        services.AddSingleton<SitemapSeeder>();
        services.AddSingleton<CrawlObserver>();
        if (plan.Crawl.Spec.Webhook is { } webhook)
            services.AddSingleton(provider => WebhookOutbox.Open(queue, webhook, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<WebhookOutbox>>()));
        services.AddSingleton<DeliveryKeeper>();
        services.AddSingleton<QuotaKeeper>();

        // Started in this order and stopped in the other: what workers finish while draining is still written.
        services.AddHostedService<CrawlKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryKeeper>());
        services.AddFarmWork();
        services.AddHostedService(provider => provider.GetRequiredService<SitemapSeeder>());
        services.AddHostedService(provider => provider.GetRequiredService<QuotaKeeper>());
        services.AddHostedService<StatusKeeper>();
        return services;
    }

    /// <summary>Registers the parts that every farm has, for one crawl or many: pool, limiter, dispatchers, renderers, workers.</summary>
    /// <remarks>Whoever calls it adds <see cref="ICrawlPlans"/>, and starts the work by <see cref="AddFarmWork"/>.</remarks>
    /// <inheritdoc cref="AddCrawlFarm"/>
    public static IServiceCollection AddFarm(this IServiceCollection services, PlaywrightConfig config, FarmOptions options, IJobQueue queue)
    {
        options.Render = config.Render;
        services.AddContextPool(pool =>
        {
            config.ApplyTo(pool);
            pool.MaxContexts = options.Workers;
            pool.MaxContextsPerCore = options.PagesPerCore;
            // Asked for more than a core is thought to bear: whoever says so has tried it. Memory still bounds.
            if (options.Workers > pool.MaxContextsPerCore * Environment.ProcessorCount)
                pool.MaxContextsPerCore = Math.Min(64, (int)Math.Ceiling((double)options.Workers.Value / Environment.ProcessorCount));
        });

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(config);
        services.AddSingleton(options);
        services.AddSingleton(options.Render);
        services.AddSingleton(options.TargetLimit);
        services.AddSingleton(LaneShare.Of(options.Lanes));
        // Registered as instances, so that the container leaves disposing them to whoever made them.
        services.AddSingleton(queue);

        services.AddSingleton<WorkSignal>();
        services.AddSingleton<StorageWait>();
        services.AddSingleton<TargetLimiters>();
        foreach (var engine in Enum.GetValues<Engine>())
            services.AddKeyedSingleton(engine, (provider, key) => ActivatorUtilities.CreateInstance<Dispatcher>(provider, (Engine)key!));
        services.AddSingleton<DiscoveryGate>();
        services.AddSingleton(provider => config.CreateHttpRenderer(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new PageHandlers(provider, provider.GetServices<PageHandlerName>()));
        services.AddSingleton<IRenderer, BrowserRenderer>();
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<Settler>();
        services.AddSingleton<AttemptLog>();
        services.AddSingleton<HostBudgetKeeper>();
        services.AddSingleton<ClaimKeeper>();
        services.AddSingleton<RunningJobs>();
        services.AddSingleton<WorkerHost>();
        services.AddSingleton<FarmObserver>();
        return services;
    }

    /// <summary>Has the parts of <see cref="AddFarm"/> work when the host starts, and stop in the other order.</summary>
    public static IServiceCollection AddFarmWork(this IServiceCollection services)
    {
        services.AddHostedService<ClaimRescuer>();
        services.AddHostedService(provider => provider.GetRequiredService<ClaimKeeper>());
        services.AddHostedService<LimitKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<HostBudgetKeeper>());
        services.AddHostedService<DiscoveryKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<WorkerHost>());
        return services;
    }
}
