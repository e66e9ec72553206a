using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Demo;

/// <summary>The shop's documents: one empty shell under many addresses, with the status and the pace each address is known for.</summary>
internal sealed class DemoPages(DemoSiteOptions options, DemoCatalogue catalogue, DemoAssets assets, TimeProvider time)
{
    // A script that never ends, a page that grows for ever, dialogs without end: for people to look at, not for a polite crawl.
    private static readonly string[] Labs = ["/lab/endless", "/lab/growing", "/lab/alerts"];

    private readonly BurstLimit _sale = new(options.SaleBurst, options.SalePagesPerSecond, time);

    public void MapTo(IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])["/", "/browse", "/infinite", "/account", .. Labs])
            routes.MapReading(path, context => ShellAsync(context, StatusCodes.Status200OK));

        routes.MapReading("/products", context => ShellWhenAsync(context,
            DemoRoutes.PageNumberOf(context.Request) is { } page && catalogue.Page(page) is not null));
        routes.MapReading("/products/{id:int}", context => ShellWhenAsync(context, catalogue.Find(DemoRoutes.NumberOf(context, "id")) is not null));
        routes.MapReading("/sale/{number:int}", SaleAsync);
        routes.MapReading("/slow", SlowAsync);
        routes.MapReading("/gone", context => ShellAsync(context, StatusCodes.Status410Gone));
        routes.MapReading("/images/{id:int}.svg", ImageAsync);
        routes.MapReading("/assets/{**path}", context => assets.ServeAsync(context, (string?)context.GetRouteValue("path") ?? ""));
        routes.MapFallback(context => ShellAsync(context, StatusCodes.Status404NotFound));
    }

    private async Task SaleAsync(HttpContext context)
    {
        if (catalogue.Offer(DemoRoutes.NumberOf(context, "number")) is null)
        {
            await ShellAsync(context, StatusCodes.Status404NotFound);
            return;
        }

        if (_sale.TryTake(out var wait))
        {
            await ShellAsync(context, StatusCodes.Status200OK);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync("Too many visitors. Please come back in a moment.\n", context.RequestAborted);
    }

    private async Task SlowAsync(HttpContext context)
    {
        await Task.Delay(options.SlowAnswer, time, context.RequestAborted);
        await ShellAsync(context, StatusCodes.Status200OK);
    }

    private async Task ImageAsync(HttpContext context)
    {
        var id = DemoRoutes.NumberOf(context, "id");
        if (catalogue.Find(id) is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "image/svg+xml";
        context.Response.Headers.CacheControl = "max-age=86400";
        await context.Response.WriteAsync(DemoArtwork.Draw(id), context.RequestAborted);
    }

    private Task ShellWhenAsync(HttpContext context, bool exists) =>
        ShellAsync(context, exists ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);

    private Task ShellAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        return context.Response.Body.WriteAsync(assets.Shell, context.RequestAborted).AsTask();
    }
}
