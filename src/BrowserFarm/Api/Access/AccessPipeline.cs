using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BrowserFarm.Api.Access;

/// <summary>Puts the checks of this folder into a web application: <see cref="AddFarmAccess"/> before it is built, <see cref="UseFarmAccess"/> first after.</summary>
public static class AccessPipeline
{
    /// <summary>What the checks need. Loaded by the caller, since a faulty tokens file stops the start.</summary>
    public static IServiceCollection AddFarmAccess(this IServiceCollection services, TokenStore tokens, HostCheck hosts)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(tokens).AddSingleton(hosts).AddSingleton<TokenRates>();
    }

    /// <summary>Checks the host and then the token of every request. Before every other middleware, so that nothing is answered unasked.</summary>
    /// <remarks>What a later middleware answers without an endpoint (static files) is open to all, as far as the host check lets it.</remarks>
    public static IApplicationBuilder UseFarmAccess(this IApplicationBuilder application) =>
        application.UseMiddleware<HostCheckMiddleware>().UseRouting().UseMiddleware<AccessMiddleware>();
}
