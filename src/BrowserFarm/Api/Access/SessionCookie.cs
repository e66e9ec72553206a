using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Access;

/// <summary>The cookie by which a browser shows a token: its <c>EventSource</c> cannot send a header, and a page's scripts need not hold the secret.</summary>
/// <remarks>
/// It is out of reach for scripts (HttpOnly) and not sent along by pages of other sites (SameSite=Strict); what changes something needs more than
/// it, see <see cref="RequestOrigins"/>. Over HTTPS it is sent over HTTPS only.
/// </remarks>
public static class SessionCookie
{
    public const string Name = "farm_token";

    /// <summary>How long a browser keeps it, if the token does not expire before.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>Sets the cookie. Check the secret before.</summary>
    public static void Set(HttpContext context, string secret, AccessToken token, TimeProvider time)
    {
        var options = Options(context);
        var left = token.Expires - time.GetUtcNow();
        options.MaxAge = left < Longest ? left : Longest;
        context.Response.Cookies.Append(Name, secret, options);
    }

    /// <summary>Has the browser forget it.</summary>
    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context));

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        IsEssential = true,
    };
}
