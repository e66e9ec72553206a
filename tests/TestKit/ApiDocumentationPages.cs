using Microsoft.AspNetCore.Http;

namespace TestKit;

/// <summary>
/// Two widely used JavaScript applications on a <see cref="TestSite"/>: Swagger UI at <c>/swagger/</c> and Redoc at <c>/redoc/</c>, both
/// showing the same OpenAPI document at <c>/openapi.json</c>.
/// </summary>
/// <remarks>
/// Everything comes from this site; a content security policy makes sure of it. The document is Scalar Galaxy, an OpenAPI 3.1
/// description of planets, made as an example: its operations include "Get all planets" (<c>GET /planets</c>).
/// </remarks>
public static class ApiDocumentationPages
{
    private const string OnlyThisSite =
        "default-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:";

    private const string SwaggerPage = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Swagger UI</title><link rel="stylesheet" href="files/swagger-ui.css"></head>
        <body>
        <div id="swagger-ui"></div>
        <script src="files/swagger-ui-bundle.js"></script>
        <script>SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", validatorUrl: "none" });</script>
        </body>
        </html>
        """;

    private const string RedocPage = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Redoc</title></head>
        <body>
        <redoc spec-url="/openapi.json" disable-search="true"></redoc>
        <script src="files/redoc.standalone.js"></script>
        </body>
        </html>
        """;

    /// <summary>Maps <c>/swagger/</c>; everything under <c>/swagger/files/</c> belongs to it.</summary>
    /// <exception cref="InvalidOperationException">The packages cannot be fetched.</exception>
    public static async Task MapSwaggerUiAsync(this TestSite site, CancellationToken cancellationToken)
    {
        var package = await NpmPackage.FetchAsync("swagger-ui-dist", "5.35.0", cancellationToken);
        await site.MapOpenApiDocumentAsync(cancellationToken);
        site.MapFolder("/swagger/files/", package);
        site.Map("/swagger/", context => WriteAsync(context, SwaggerPage));
    }

    /// <summary>Maps <c>/redoc/</c>; everything under <c>/redoc/files/</c> belongs to it.</summary>
    /// <exception cref="InvalidOperationException">The packages cannot be fetched.</exception>
    public static async Task MapRedocAsync(this TestSite site, CancellationToken cancellationToken)
    {
        var package = await NpmPackage.FetchAsync("redoc", "2.5.4", cancellationToken);
        await site.MapOpenApiDocumentAsync(cancellationToken);
        site.MapFolder("/redoc/files/", Path.Combine(package, "bundles"));
        site.Map("/redoc/", context => WriteAsync(context, RedocPage));
    }

    private static async Task MapOpenApiDocumentAsync(this TestSite site, CancellationToken cancellationToken)
    {
        var package = await NpmPackage.FetchAsync("@scalar/galaxy", "0.6.12", cancellationToken);
        var document = await File.ReadAllTextAsync(Path.Combine(package, "dist", "3.1.json"), cancellationToken);
        site.MapText("/openapi.json", document, "application/json");
    }

    private static Task WriteAsync(HttpContext context, string html)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = OnlyThisSite;
        return context.Response.WriteAsync(html, context.RequestAborted);
    }
}
