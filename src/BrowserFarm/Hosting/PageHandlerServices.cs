using BrowserFarm.Rendering.Handlers;
using Microsoft.Extensions.DependencyInjection;

namespace BrowserFarm.Hosting;

/// <summary>Registers code that works on pages.</summary>
public static class PageHandlerServices
{
    /// <summary>Registers a handler; a crawl whose <see cref="Jobs.PageWish.Handler"/> has this name hands its pages to it.</summary>
    /// <typeparam name="THandler">Made once, with what it asks for in its constructor.</typeparam>
    /// <param name="name">1 to 100 characters; each once.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or taken.</exception>
    public static IServiceCollection AddPageHandler<THandler>(this IServiceCollection services, string name)
        where THandler : class, IPageHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        if (name is not { Length: > 0 and <= 100 })
            throw new ArgumentException("A handler's name has 1 to 100 characters.", nameof(name));
        if (services.Any(service => service.ImplementationInstance is PageHandlerName taken && taken.Value == name))
            throw new ArgumentException($"There is a handler {name} already.", nameof(name));

        services.AddSingleton(new PageHandlerName(name));
        services.AddKeyedSingleton<IPageHandler, THandler>(name);
        return services;
    }
}
