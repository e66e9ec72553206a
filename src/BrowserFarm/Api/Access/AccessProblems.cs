namespace BrowserFarm.Api.Access;

/// <summary>The refusals of this folder, and what <c>WWW-Authenticate</c> says to them (RFC 6750 §3).</summary>
internal static class AccessProblems
{
    private const string Challenge = "Bearer realm=\"browserfarm\"";

    public static Problem MissingToken { get; } = new(401, "token-missing", "A token is needed", "Send the token as: Authorization: Bearer bf_…");

    public static Problem MalformedToken { get; } = new(401, "token-malformed", "A token is needed", "The Authorization header is not of the form: Bearer bf_…");

    public static Problem UnknownToken { get; } = new(401, "token-unknown", "The token is not valid", "No token of this service has this secret.");

    public static Problem ForeignPage { get; } = new(
        403, "foreign-origin", "The request comes from a page of another site", "What changes something is taken from a browser only when its Origin is this service's own, or Sec-Fetch-Site is same-origin.");

    public static Problem Expired(AccessToken token) => new(401, "token-expired", "The token has expired", $"The token {token.Name} was valid until {token.Expires:yyyy-MM-dd'T'HH:mm:ssK}.");

    public static Problem MissingScope(AccessToken token, string scope) => new(
        403, "scope-missing", "The token may not do this", $"This needs the scope {scope}, which the token {token.Name} does not have (it has {string.Join(", ", token.Scopes)}).");

    public static Problem TooOften(AccessToken token, TimeSpan retryAfter) => new(
        429, "rate-exceeded", "Too many requests", $"The token {token.Name} may make {token.RequestsPerMinute} requests in a minute.")
    {
        RetryAfter = retryAfter,
    };

    public static Problem TooManyGuesses(TimeSpan retryAfter) => new(
        429, "rate-exceeded", "Too many requests", "Too many requests with tokens that are not valid were made.")
    {
        RetryAfter = retryAfter,
    };

    public static Problem Misdirected(string host) => new(
        421, "host-refused", "This service does not go by that name", $"The host {(host.Length == 0 ? "(none)" : ClientText.Clean(host))} is not one of this service's names; its operator adds names with serve --allow-host.");

    /// <summary>The header that goes with a 401 and with a missing scope; null for every other refusal.</summary>
    public static string? ChallengeOf(Problem problem, string? scope) => problem switch
    {
        { Kind: "token-missing" } => Challenge,
        { Kind: "token-malformed" } => Challenge + ", error=\"invalid_request\"",
        { Status: 401 } => $"{Challenge}, error=\"invalid_token\", error_description=\"{problem.Title}\"",
        { Kind: "scope-missing" } => $"{Challenge}, error=\"insufficient_scope\", scope=\"{scope}\"",
        _ => null,
    };
}
