using Microsoft.AspNetCore.Http;

namespace TestKit;

/// <summary>
/// The documentation of Fastify as its readers might have it: Docsify, a JavaScript application, fetches Markdown files and renders them in the browser. What is made of its pages can be
/// held against the files that they are made of.
/// </summary>
public static class DocumentationSite
{
    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Fastify</title><link rel="stylesheet" href="/files/themes/vue.css"></head>
        <body>
        <nav><a href="/Guides/Index">Guides</a> <a href="/Reference/Index">Reference</a></nav>
        <div id="app">Please wait...</div>
        <script>window.$docsify = { name: 'Fastify', routerMode: 'history', basePath: '/text/', homepage: 'Guides/Index.md', loadSidebar: true, relativePath: true, auto2top: true, maxLevel: 3 };</script>
        <script src="/files/lib/docsify.min.js"></script>
        </body>
        </html>
        """;

    private const string Sidebar = """
        - [Getting started](/Guides/Getting-Started)
        - [Routes](/Reference/Routes)
        - [Hooks](/Reference/Hooks)
        - [Errors](/Reference/Errors)
        """;

    /// <summary>Maps the whole site: every path without an ending is its page.</summary>
    /// <returns>The folder with the Markdown files: <c>Guides/Getting-Started.md</c> is what <c>/Guides/Getting-Started</c> shows.</returns>
    /// <exception cref="InvalidOperationException">The packages cannot be fetched.</exception>
    public static async Task<string> MapDocumentationAsync(this TestSite site, CancellationToken cancellationToken)
    {
        var docs = Path.Combine(await NpmPackage.FetchAsync("fastify", "5.4.0", cancellationToken), "docs");
        site.MapFolder("/files/", await NpmPackage.FetchAsync("docsify", "4.13.1", cancellationToken));
        site.MapFolder("/text/", docs);
        site.MapText("/text/_sidebar.md", Sidebar, "text/markdown; charset=utf-8");
        site.MapAll(async context =>
        {
            // Of any folder: the sidebar is one for all.
            if (context.Request.Path.Value!.EndsWith("/_sidebar.md", StringComparison.Ordinal))
            {
                await context.Response.WriteAsync(Sidebar, context.RequestAborted);
                return;
            }

            if (Path.HasExtension(context.Request.Path.Value))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync(Page, context.RequestAborted);
        });
        return docs;
    }
}
