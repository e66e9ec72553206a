using ContextPool.Browsers;
using ContextPool.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ContextPool;

public static class ContextPoolServiceCollectionExtensions
{
    /// <summary>Registers <see cref="IContextPool"/> as a singleton that the container disposes.</summary>
    /// <remarks>Its first browser gets the <see cref="EarlyDriver"/> that is registered, where there is one.</remarks>
    /// <param name="configure">Changes the defaults; the result is validated when the host starts.</param>
    /// <exception cref="OptionsValidationException">At start, listing every wrong setting.</exception>
    public static IServiceCollection AddContextPool(this IServiceCollection services, Action<ContextPoolOptions>? configure = null)
    {
        var options = services.AddOptions<ContextPoolOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        services.AddSingleton<IValidateOptions<ContextPoolOptions>, ContextPoolOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IMemoryProbe>(_ => CgroupMemoryProbe.ForThisProcess());
        services.TryAddSingleton<IBrowserLauncher>(provider => new PlaywrightBrowserLauncher(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PlaywrightBrowserLauncher>>(),
            provider.GetService<EarlyDriver>()));
        services.AddSingleton<IContextPool>(provider => new BrowserContextPool(
            provider.GetRequiredService<IOptions<ContextPoolOptions>>().Value,
            provider.GetRequiredService<IBrowserLauncher>(),
            provider.GetRequiredService<IMemoryProbe>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BrowserContextPool>>()));
        return services;
    }
}
