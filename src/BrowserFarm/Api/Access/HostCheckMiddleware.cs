using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Access;

/// <summary>Answers requests by a name that is not the service's with 421 Misdirected Request, before anything else looks at them.</summary>
public sealed class HostCheckMiddleware(RequestDelegate next, HostCheck hosts)
{
    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        return hosts.Allows(host) ? next(context) : Problems.WriteAsync(context, AccessProblems.Misdirected(host));
    }
}
