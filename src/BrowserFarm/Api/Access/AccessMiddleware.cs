using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Access;

/// <summary>Lets a request through to its endpoint, or answers with the reason why not. It runs after routing.</summary>
/// <remarks>
/// 401 for no token, one that nobody has, or an expired one; 403 for a missing scope, and for what a foreign page would have changed with the cookie of the browser
/// that shows it; 429 for a token that asks too often. Without tokens everything is let through but what foreign pages would change: the service is then reached
/// from this machine only, but so it is by every page that is open on it.
/// </remarks>
public sealed class AccessMiddleware(RequestDelegate next, TokenStore tokens, TokenRates rates)
{
    private const string Scheme = "Bearer";

    public Task InvokeAsync(HttpContext context)
    {
        var scope = ScopeRules.Of(context.GetEndpoint()).Scope;
        var (caller, refusal) = Judge(context.Request, scope);
        if (refusal is null)
        {
            context.Features.Set(caller);
            return next(context);
        }

        if (AccessProblems.ChallengeOf(refusal, scope) is { } challenge)
            context.Response.Headers.WWWAuthenticate = challenge;
        return Problems.WriteAsync(context, refusal);
    }

    /// <summary>Who asks, or why they may not.</summary>
    /// <param name="scope">Null when the endpoint is open to all.</param>
    private (AccessCaller? Caller, Problem? Refusal) Judge(HttpRequest request, string? scope)
    {
        var origin = RequestOrigins.IsSafe(request.Method) ? RequestOrigin.Own : RequestOrigins.Of(request);
        if (tokens.IsOpen || scope is null)
            return origin == RequestOrigin.Foreign ? (null, AccessProblems.ForeignPage) : (tokens.IsOpen ? AccessCaller.Everybody : AccessCaller.Nobody, null);

        var (secret, isCookie, problem) = SecretOf(request);
        if (secret is null)
            return (null, problem);
        if (isCookie && origin != RequestOrigin.Own)
            return (null, AccessProblems.ForeignPage);

        var (token, refusal) = Recognise(tokens, rates, secret);
        if (token is null)
            return (null, refusal);
        if (rates.TryTake(token).RetryAfter is { } wait)
            return (null, AccessProblems.TooOften(token, wait));
        return token.Allows(scope) ? (new AccessCaller(token, MayDoEverything: false), null) : (null, AccessProblems.MissingScope(token, scope));
    }

    /// <summary>The token of a secret, or why there is none.</summary>
    internal static (AccessToken? Token, Problem? Refusal) Recognise(TokenStore tokens, TokenRates rates, string secret) => tokens.Find(secret) switch
    {
        TokenCheck.Accepted accepted => (accepted.Token, null),
        TokenCheck.Expired expired => (null, AccessProblems.Expired(expired.Token)),
        _ => (null, rates.TryGuess().RetryAfter is { } wait ? AccessProblems.TooManyGuesses(wait) : AccessProblems.UnknownToken),
    };

    /// <summary>The header wins over the cookie; a secret in the address is not looked for, since addresses end up in logs.</summary>
    private static (string? Secret, bool IsCookie, Problem? Refusal) SecretOf(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count == 0)
            return request.Cookies[SessionCookie.Name] is { Length: > 0 } cookie ? (cookie, true, null) : (null, false, AccessProblems.MissingToken);

        return header is [{ } text] && text.StartsWith(Scheme + " ", StringComparison.OrdinalIgnoreCase) && text[Scheme.Length..].Trim() is { Length: > 0 } secret
            ? (secret, false, null)
            : (null, false, AccessProblems.MalformedToken);
    }
}
