using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Dashboard;

/// <summary>What is at <c>/</c> where the program was built without npm: what is missing, how to get it, and what works without it.</summary>
internal static class MissingDashboard
{
    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>BrowserFarm: dashboard not built</title></head>
        <body>
        <h1>The dashboard was not built</h1>
        <p>The service runs, and its API and command line are whole. The pages that belong here need three libraries from npm, and when this program was built there was no npm, or it could not fetch them.</p>
        <h2>To get it</h2>
        <ol>
        <li>Install npm. Debian, Ubuntu: <code>sudo apt-get install -y --no-install-recommends npm</code></li>
        <li>In the folder of the sources: <code>src/BrowserFarm/Dashboard/build-dashboard</code></li>
        <li>Build again (<code>./farm</code> does by itself), and start the service again.</li>
        </ol>
        <h2>Without it</h2>
        <ul>
        <li><a href="/v1/queue">/v1/queue</a>: how the farm does; <a href="/v1/crawls">/v1/crawls</a>: the crawls</li>
        <li><a href="/openapi/v1.json">/openapi/v1.json</a>: the whole API</li>
        </ul>
        </body>
        </html>

        """;

    public static Task SendAsync(HttpContext context, string policy)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = policy;
        response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.WriteAsync(Page, context.RequestAborted);
    }
}
