using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Demo;

/// <summary>What the demo's routes have in common.</summary>
internal static class DemoRoutes
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Answers GET, and HEAD with the same answer less its body.</summary>
    public static void MapReading(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) =>
        routes.MapMethods(pattern, Reading, handler);

    /// <summary>A number in the route; the route's constraint has made sure that it is one.</summary>
    public static int NumberOf(HttpContext context, string name) =>
        int.Parse((string)context.GetRouteValue(name)!, CultureInfo.InvariantCulture);

    /// <returns>1 when the query has no page, null when it is not a number.</returns>
    public static int? PageNumberOf(HttpRequest request) => request.Query["page"] switch
    {
        [] => 1,
        [{ } text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var page) => page,
        _ => null,
    };
}
