using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api;

/// <summary>Gives a request's span the name and tags of OpenTelemetry's conventions for HTTP servers; who only asks whether all is well has none that is sent on.</summary>
internal sealed class RequestTraces(RequestDelegate next)
{
    private static readonly string[] Unsent = ["/healthz", "/readyz", "/metrics"];

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (Activity.Current is { OperationName: "Microsoft.AspNetCore.Hosting.HttpRequestIn" } span)
                Tell(context, span);
        }
    }

    private static void Tell(HttpContext context, Activity span)
    {
        if (Unsent.Contains(context.Request.Path.Value, StringComparer.Ordinal))
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var status = context.Response.StatusCode;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        if (status < StatusCodes.Status500InternalServerError)
            return;
        span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
        span.SetStatus(ActivityStatusCode.Error);
    }
}
