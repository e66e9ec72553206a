using System.Globalization;
using BrowserFarm.Jobs;
using ContextPool.Leasing;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Failures;

/// <summary>The one place that decides what kind a failure is, and so what happens next. Pure.</summary>
internal static class FailureClassifier
{
    /// <summary>Network errors of Chromium by the start of their name (net_error_list.h), first match wins.</summary>
    private static readonly (string Error, FailureKind Kind, string Class, string Meaning)[] NetworkErrors =
    [
        ("ERR_NAME_", FailureKind.Transient, FailureClasses.Dns, "The host name could not be resolved"),
        ("ERR_DNS_", FailureKind.Transient, FailureClasses.Dns, "The host name could not be resolved"),
        ("ERR_CERT_", FailureKind.Permanent, FailureClasses.Tls, "The site's certificate is not valid"),
        ("ERR_SSL_", FailureKind.Permanent, FailureClasses.Tls, "No secure connection could be made"),
        ("ERR_BAD_SSL_", FailureKind.Permanent, FailureClasses.Tls, "No secure connection could be made"),
        ("ERR_TOO_MANY_REDIRECTS", FailureKind.Permanent, FailureClasses.Redirects, "The site redirected in a circle"),
        ("ERR_UNSAFE_REDIRECT", FailureKind.Permanent, FailureClasses.LeftTheWeb, "The site redirected to something that is not a web page"),
        ("ERR_UNKNOWN_URL_SCHEME", FailureKind.Permanent, FailureClasses.LeftTheWeb, "The site redirected to something that is not a web page"),
        ("ERR_UNSAFE_PORT", FailureKind.Permanent, FailureClasses.Connect, "The browser refuses to use this port"),
        ("ERR_ABORTED", FailureKind.Permanent, FailureClasses.NotAPage, "The site answered with no page to show (a download, or no content)"),
        ("ERR_PROXY_", FailureKind.Transient, FailureClasses.Proxy, "The proxy failed"),
        ("ERR_TUNNEL_", FailureKind.Transient, FailureClasses.Proxy, "The proxy could not reach the site"),
        ("ERR_SOCKS_", FailureKind.Transient, FailureClasses.Proxy, "The proxy failed"),
        ("ERR_NO_SUPPORTED_PROXIES", FailureKind.Transient, FailureClasses.Proxy, "The proxy cannot be used"),
        ("ERR_MANDATORY_PROXY_", FailureKind.Transient, FailureClasses.Proxy, "The proxy failed"),
        ("ERR_UNEXPECTED_PROXY_", FailureKind.Transient, FailureClasses.Proxy, "The proxy refuses the name and password it was given"),
        ("ERR_INVALID_AUTH_CREDENTIALS", FailureKind.Transient, FailureClasses.Proxy, "The proxy refuses the name and password it was given"),
        ("ERR_INVALID_", FailureKind.Transient, FailureClasses.BadAnswer, "The site's answer could not be understood"),
        ("ERR_CONTENT_", FailureKind.Transient, FailureClasses.BadAnswer, "The site's answer was damaged or cut off"),
        ("ERR_INCOMPLETE_", FailureKind.Transient, FailureClasses.BadAnswer, "The site's answer was damaged or cut off"),
        ("ERR_RESPONSE_", FailureKind.Transient, FailureClasses.BadAnswer, "The site's answer could not be understood"),
        ("ERR_HTTP2_", FailureKind.Transient, FailureClasses.BadAnswer, "The connection broke off"),
        ("ERR_EMPTY_RESPONSE", FailureKind.Transient, FailureClasses.NoAnswer, "The site closed the connection without an answer"),
        ("ERR_TIMED_OUT", FailureKind.Transient, FailureClasses.NoAnswer, "The site did not answer in time"),
        ("ERR_", FailureKind.Transient, FailureClasses.Connect, "The site could not be reached"),
    ];

    /// <summary>A page that asks for proof of a person is not asked for again before this; by then the address or the hour may be another. Chosen, not measured.</summary>
    private static readonly TimeSpan ChallengeDelay = TimeSpan.FromMinutes(15);

    /// <summary>What it means that the site answers with a challenge instead of the page; null when it does not, as far as its headers tell.</summary>
    /// <remarks>
    /// Sources: Cloudflare, "Detect a Challenge Page response" (<c>cf-mitigated: challenge</c>); AWS WAF Developer Guide, "How CAPTCHA and Challenge work"
    /// (<c>x-amzn-waf-action: challenge</c> or <c>captcha</c>). Others cannot be told from a plain refusal without guessing at their pages' words. One that a browser passes
    /// by itself is none: it comes with a status that is no error.
    /// </remarks>
    /// <param name="headers">By lower-case name.</param>
    public static AttemptFailure? FromChallenge(int status, IReadOnlyDictionary<string, string> headers)
    {
        var by = status < 400 ? null
            : Says("cf-mitigated", "challenge") ? "Cloudflare"
            : Says("x-amzn-waf-action", "challenge") || Says("x-amzn-waf-action", "captcha") ? "AWS WAF"
            : null;
        return by is null ? null : new AttemptFailure(
            FailureKind.Transient, FailureClasses.Challenge, $"The site asks for proof that a person is there ({by}, status {status}).", ChallengeDelay);

        bool Says(string name, string value) => headers.TryGetValue(name, out var text) && text.Trim().Equals(value, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What an HTTP status means for the attempt; null when the page is worth reading.</summary>
    /// <param name="retryAfter">The <c>Retry-After</c> header as received; null when there was none.</param>
    public static AttemptFailure? FromStatus(int status, string? retryAfter, DateTimeOffset now)
    {
        if (status is >= 200 and < 400)
            return null;

        var wait = RetryAfter.Parse(retryAfter, now);
        var asked = wait is null ? "" : $" and asked to be left alone for {wait.Value.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s";
        var reason = $"The site answered with status {status}{asked}.";
        return status switch
        {
            407 => new AttemptFailure(FailureKind.Transient, FailureClasses.Proxy, "The proxy asks for a name and password, or refuses the one it was given."),
            429 => new AttemptFailure(FailureKind.Throttled, FailureClasses.Http(status), reason, wait),
            503 when wait is not null => new AttemptFailure(FailureKind.Throttled, FailureClasses.Http(status), reason, wait),
            408 or 425 or >= 500 => new AttemptFailure(FailureKind.Transient, FailureClasses.Http(status), reason, wait),
            _ => new AttemptFailure(FailureKind.Permanent, FailureClasses.Http(status), reason),
        };
    }

    /// <summary>Page or browser are gone, whatever was being done.</summary>
    public static bool IsEndOfPage(Exception exception) =>
        exception is PlaywrightException && FromBrowser(exception, hadAnswer: true).Class is FailureClasses.PageCrashed or FailureClasses.BrowserLost;

    /// <summary>What an error of the browser or its driver means for the attempt.</summary>
    /// <param name="hadAnswer">The main document had begun to arrive: whatever took too long was then the page's own doing.</param>
    public static AttemptFailure FromBrowser(Exception exception, bool hadAnswer)
    {
        var message = exception.Message;
        // Messages quote the address, which is the site's to choose: only words with a space between them are Playwright's own.
        if (exception is TimeoutException || message.Contains("ms exceeded", StringComparison.Ordinal))
        {
            return hadAnswer
                ? new AttemptFailure(FailureKind.Transient, FailureClasses.PageHung, "The page did not get ready in time; its script may never end.")
                : new AttemptFailure(FailureKind.Transient, FailureClasses.NoAnswer, "The site did not answer in time.");
        }

        // "Target crashed", "Page crashed", "Navigation failed because page crashed!"
        if (message.Contains("crashed", StringComparison.Ordinal))
            return new AttemptFailure(FailureKind.Transient, FailureClasses.PageCrashed, "The page's process crashed; it may need more memory than a page may have.");
        if (message.Contains("Download is starting", StringComparison.Ordinal))
            return new AttemptFailure(FailureKind.Permanent, FailureClasses.NotAPage, "The address is a download, not a page.");
        if (IsLostBrowser(exception))
            return LostBrowser();

        var at = message.IndexOf("net::", StringComparison.Ordinal);
        if (at < 0)
            return new AttemptFailure(FailureKind.Transient, FailureClasses.Unexpected, FirstLine(message));

        var error = new string([.. message[(at + "net::".Length)..].TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '_')]);
        var (_, kind, @class, meaning) = NetworkErrors.FirstOrDefault(known => error.StartsWith(known.Error, StringComparison.Ordinal));
        return new AttemptFailure(kind, @class ?? FailureClasses.Connect, $"{meaning ?? "The site could not be reached"} ({error}).");
    }

    /// <summary>What it means that a plain request came to nothing.</summary>
    /// <param name="hadAnswer">The answer had begun to arrive.</param>
    /// <param name="byProxy">It went through a proxy, so nobody else was connected to.</param>
    public static AttemptFailure FromHttp(Exception exception, bool hadAnswer, bool byProxy) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } when byProxy =>
            new AttemptFailure(FailureKind.Transient, FailureClasses.Proxy, $"The proxy could not be reached ({FirstLine(exception.Message)})."),
        OperationCanceledException when hadAnswer => new AttemptFailure(FailureKind.Transient, FailureClasses.NoAnswer, "The site's answer did not end in time."),
        OperationCanceledException => new AttemptFailure(FailureKind.Transient, FailureClasses.NoAnswer, "The site did not answer in time."),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            new AttemptFailure(FailureKind.Transient, FailureClasses.Dns, $"The host name could not be resolved ({FirstLine(exception.Message)})."),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new AttemptFailure(FailureKind.Permanent, FailureClasses.Tls, $"No secure connection could be made ({FirstLine(exception.InnerException?.Message ?? exception.Message)})."),
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
            new AttemptFailure(FailureKind.Transient, FailureClasses.Proxy, $"The proxy failed ({FirstLine(exception.Message)})."),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            new AttemptFailure(FailureKind.Transient, FailureClasses.Connect, $"The site could not be reached ({FirstLine(exception.Message)})."),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } when !hadAnswer =>
            new AttemptFailure(FailureKind.Transient, FailureClasses.NoAnswer, "The site closed the connection without an answer."),
        _ => new AttemptFailure(FailureKind.Transient, FailureClasses.BadAnswer, $"The site's answer was damaged or cut off ({FirstLine(exception.Message)})."),
    };

    /// <summary>A redirect that was not followed: there are too many of them, or it leads away from the web. Null for any other answer.</summary>
    public static AttemptFailure? FromRedirect(int status) => status is < 300 or 304 or >= 400
        ? null
        : new AttemptFailure(FailureKind.Permanent, FailureClasses.Redirects, $"The site redirected too often, or to something that is not a web page (status {status}).");

    /// <summary>What it means that the pool took the context back.</summary>
    public static AttemptFailure FromLoss(LeaseLoss loss) => loss switch
    {
        LeaseLoss.PageHung => new AttemptFailure(FailureKind.Transient, FailureClasses.PageHung, "The page's script answered nothing for too long; it may never end."),
        LeaseLoss.PageCrashed => new AttemptFailure(
            FailureKind.Transient, FailureClasses.PageCrashed, "The page's process crashed; it may need more memory than a page may have."),
        LeaseLoss.MemoryExceeded => new AttemptFailure(
            FailureKind.Transient, FailureClasses.MemoryExceeded, "The page's process was ended because it took more memory than a page may have."),
        LeaseLoss.MemoryPressure => new AttemptFailure(
            FailureKind.ContextLost, FailureClasses.BrowserLost, "Memory ran out, and this was the youngest page."),
        LeaseLoss.NetworkServiceLost => new AttemptFailure(
            FailureKind.ContextLost, FailureClasses.BrowserLost, "The browser's network process died, and the page's cookies with it."),
        LeaseLoss.BrowserLost => LostBrowser(),
        _ => LostBrowser() with { Kind = FailureKind.ContextLost },
    };

    public static AttemptFailure LostBrowser() =>
        new(FailureKind.BrowserLost, FailureClasses.BrowserLost, "The browser went away while the page was open.");

    /// <summary>Content that a browser shows as a page and that is worth reading as one.</summary>
    public static AttemptFailure? FromContentType(string contentType)
    {
        var type = contentType.Split(';', 2)[0].Trim().ToLowerInvariant();
        var isReadable = type.Length == 0 || type.StartsWith("text/", StringComparison.Ordinal)
            || type.EndsWith("/json", StringComparison.Ordinal) || type.EndsWith("+json", StringComparison.Ordinal)
            || type.EndsWith("/xml", StringComparison.Ordinal) || type.EndsWith("+xml", StringComparison.Ordinal);
        return isReadable ? null : new AttemptFailure(FailureKind.Permanent, FailureClasses.NotAPage, $"The address holds {type}, not a page.");
    }

    private static bool IsLostBrowser(Exception exception) =>
        exception is PlaywrightException
        && (exception.Message.Contains("has been closed", StringComparison.Ordinal)
            || exception.Message.Contains("Process exited", StringComparison.Ordinal)
            || exception.Message.Contains("Browser closed", StringComparison.Ordinal));

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim();
}
