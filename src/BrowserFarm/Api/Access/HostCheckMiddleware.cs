using System.Net;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Access;

/// <summary>Answers requests by a name that is not the service's with 421 Misdirected Request, before anything else looks at them.</summary>
/// <remarks>
/// Kubernetes' probes ask by the address of the pod, which nobody knows beforehand: health is told to whoever asks by a literal address. Rebinding needs a
/// name that changes where it leads, and an address cannot.
/// </remarks>
public sealed class HostCheckMiddleware(RequestDelegate next, HostCheck hosts)
{
    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        return hosts.Allows(host) || IsProbe(context.Request, host) ? next(context) : Problems.WriteAsync(context, AccessProblems.Misdirected(host));
    }

    private static bool IsProbe(HttpRequest request, string host) =>
        HttpMethods.IsGet(request.Method) && request.Path.Value is "/healthz" or "/readyz" && IPAddress.TryParse(host.Trim('[', ']'), out _);
}
