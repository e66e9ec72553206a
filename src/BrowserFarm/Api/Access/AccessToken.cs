namespace BrowserFarm.Api.Access;

/// <summary>One line of the tokens file: who may do what. The secret itself is nowhere.</summary>
/// <param name="Name">What logs and limits call it; unique, of letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</param>
/// <param name="Hash">SHA-256 of the secret, 32 bytes.</param>
/// <param name="RequestsPerMinute">Requests it may make, 1 to 1 000 000; null for as many as it likes.</param>
/// <param name="QueueShare">The most of the queue that its jobs may take, over 0 to 1.</param>
/// <param name="Expires">From when on it is refused; null for never.</param>
public sealed record AccessToken(string Name, ReadOnlyMemory<byte> Hash, IReadOnlyList<string> Scopes, int? RequestsPerMinute, double QueueShare, DateTimeOffset? Expires)
{
    /// <summary>Whether it has a scope, or <see cref="Access.Scopes.Admin"/>, which implies all.</summary>
    public bool Allows(string scope) => Scopes.Contains(scope, StringComparer.Ordinal) || Scopes.Contains(Access.Scopes.Admin, StringComparer.Ordinal);
}

/// <summary>What became of a presented secret.</summary>
public abstract record TokenCheck
{
    private TokenCheck() { }

    /// <summary>It is the secret of a token that holds.</summary>
    public sealed record Accepted(AccessToken Token) : TokenCheck;

    /// <summary>It is nobody's secret.</summary>
    public sealed record Unknown : TokenCheck;

    /// <summary>It is the secret of a token whose time is over.</summary>
    public sealed record Expired(AccessToken Token) : TokenCheck;
}
