using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Dashboard;

/// <summary>The pages that people look at: <c>/</c> the farm, <c>/api</c> the API to browse, and their files under <c>/dashboard/</c>.</summary>
/// <remarks>
/// They hold no data: what they show, their scripts ask the API for, with the browser's session. So they may be open to everybody, and the caller says so
/// through what is returned. What pages of strangers wrote is shown as text, and the policy would not run it if it were not.
/// </remarks>
public static class DashboardEndpoints
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    /// <summary>For the pages of our own: no text ever becomes markup or a script.</summary>
    private const string StrictPolicy = $"{Policy}; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Swagger UI writes style elements, shows pictures that are in its style sheet, and makes markup of text.</summary>
    private const string ApiPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    /// <summary>Adds them.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <returns>All of them, for rules of access.</returns>
    public static IEndpointConventionBuilder MapDashboard(this IEndpointRouteBuilder endpoints, string folder)
    {
        var files = new DashboardFiles(folder);
        var group = endpoints.MapGroup("");
        group.ExcludeFromDescription();
        group.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], context => SendPageAsync(context, files, "index.html", StrictPolicy));
        group.MapMethods("/api", [HttpMethods.Get, HttpMethods.Head], context => SendPageAsync(context, files, "api.html", ApiPolicy));
        group.MapMethods("/dashboard/{**name}", [HttpMethods.Get, HttpMethods.Head], context => SendAsync(context, files.Find(context.Request.RouteValues["name"] as string ?? ""), StrictPolicy));
        return group;
    }

    private static Task SendPageAsync(HttpContext context, DashboardFiles files, string name, string policy) =>
        files.IsComplete ? SendAsync(context, files.Find(name), policy) : MissingDashboard.SendAsync(context, StrictPolicy);

    private static Task SendAsync(HttpContext context, DashboardFile? file, string policy)
    {
        var (request, response) = (context.Request, context.Response);
        if (file is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var headers = response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        headers.CacheControl = "no-cache";
        headers.ETag = file.Tag;
        headers.Vary = "Accept-Encoding";
        if (request.Headers.IfNoneMatch.Contains(file.Tag, StringComparer.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var isPacked = request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        var body = isPacked ? file.Packed : file.Content;
        if (isPacked)
            headers.ContentEncoding = "gzip";
        response.ContentType = file.Type;
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
