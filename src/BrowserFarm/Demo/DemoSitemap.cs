using System.Text;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Demo;

/// <summary>What the shop tells robots: where they may not go, and every product's address.</summary>
/// <remarks>
/// Source: RFC 9309 (robots.txt) and sitemaps.org: at most 50 000 addresses in a file, so a larger shop answers with an index of files.
/// </remarks>
internal sealed class DemoSitemap(DemoCatalogue catalogue)
{
    private const int AddressesPerFile = 50_000;
    private const string Namespace = "http://www.sitemaps.org/schemas/sitemap/0.9";

    private int Files => (catalogue.Products + AddressesPerFile - 1) / AddressesPerFile;

    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapReading("/robots.txt", RobotsAsync);
        routes.MapReading("/sitemap.xml", context => Files == 1 ? ProductsAsync(context, file: 1) : IndexAsync(context));
        routes.MapReading("/sitemap-{file:int}.xml", context => ProductsAsync(context, DemoRoutes.NumberOf(context, "file")));
    }

    private static Task RobotsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            $"User-agent: *\nDisallow: /lab/\n\nSitemap: {OriginOf(context)}/sitemap.xml\n", context.RequestAborted);
    }

    private Task IndexAsync(HttpContext context) => WriteAsync(context, "sitemapindex", "sitemap",
        Enumerable.Range(1, Files).Select(file => $"/sitemap-{file}.xml"));

    private Task ProductsAsync(HttpContext context, int file)
    {
        if (file < 1 || file > Files)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var first = (file - 1) * AddressesPerFile + 1;
        var count = Math.Min(AddressesPerFile, catalogue.Products - first + 1);
        return WriteAsync(context, "urlset", "url", Enumerable.Range(first, count).Select(id => $"/products/{id}"));
    }

    private static async Task WriteAsync(HttpContext context, string root, string element, IEnumerable<string> paths)
    {
        var origin = OriginOf(context);
        var settings = new XmlWriterSettings { Async = true, Encoding = new UTF8Encoding(false), Indent = true };
        context.Response.ContentType = "application/xml; charset=utf-8";

        await using var xml = XmlWriter.Create(context.Response.Body, settings);
        await xml.WriteStartDocumentAsync();
        await xml.WriteStartElementAsync(prefix: null, root, Namespace);
        foreach (var path in paths)
        {
            await xml.WriteStartElementAsync(prefix: null, element, Namespace);
            await xml.WriteElementStringAsync(prefix: null, "loc", Namespace, origin + path);
            await xml.WriteEndElementAsync();
        }

        await xml.WriteEndElementAsync();
        await xml.WriteEndDocumentAsync();
    }

    private static string OriginOf(HttpContext context) => $"http://127.0.0.1:{context.Connection.LocalPort}";
}
