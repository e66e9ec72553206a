using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Demo;

/// <summary>What the shop's scripts fetch: JSON, every answer after the configured latency.</summary>
internal sealed class DemoApi(DemoSiteOptions options, DemoCatalogue catalogue, TimeProvider time)
{
    private const string SessionCookie = "shop-session";
    private const string User = "demo";
    private const string Password = "demo";

    private readonly string _session = RandomNumberGenerator.GetHexString(32, lowercase: true);

    private sealed record Login(string? User, string? Password);

    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapReading("/api/products", context => AnswerAsync(context,
            DemoRoutes.PageNumberOf(context.Request) is { } page ? catalogue.Page(page) : null));
        routes.MapReading("/api/products/{id:int}", context => AnswerAsync(context, catalogue.Find(DemoRoutes.NumberOf(context, "id"))));
        routes.MapReading("/api/products/{id:int}/reviews", ReviewsAsync);
        routes.MapReading("/api/sale/{number:int}", context => AnswerAsync(context, catalogue.Offer(DemoRoutes.NumberOf(context, "number"))));
        routes.MapReading("/api/pulse", context => AnswerAsync(context, new { beats = true }));
        routes.MapPost("/api/login", LoginAsync);
        routes.MapReading("/api/account", AccountAsync);
    }

    private async Task ReviewsAsync(HttpContext context)
    {
        await Task.Delay(options.ReviewDelay, time, context.RequestAborted);
        await AnswerAsync(context, catalogue.Reviews(DemoRoutes.NumberOf(context, "id")));
    }

    private async Task LoginAsync(HttpContext context)
    {
        Login? login;
        try
        {
            login = await context.Request.ReadFromJsonAsync<Login>(context.RequestAborted);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "Send {\"user\": …, \"password\": …} as JSON.");
            return;
        }

        if (login is not { User: User, Password: Password })
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "Wrong user or password.");
            return;
        }

        context.Response.Cookies.Append(SessionCookie, _session, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Path = "/",
        });
        await AnswerAsync(context, new { user = User });
    }

    private Task AccountAsync(HttpContext context) =>
        string.Equals(context.Request.Cookies[SessionCookie], _session, StringComparison.Ordinal)
            ? AnswerAsync(context, new { user = User, orders = catalogue.Orders() })
            : RefuseAsync(context, StatusCodes.Status401Unauthorized, "Sign in first.");

    private async Task AnswerAsync<T>(HttpContext context, T? answer)
        where T : class
    {
        if (answer is null)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such thing here.");
            return;
        }

        await Task.Delay(options.Latency, time, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
    }

    private async Task RefuseAsync(HttpContext context, int status, string reason)
    {
        await Task.Delay(options.Latency, time, context.RequestAborted);
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(new { reason }, context.RequestAborted);
    }
}
