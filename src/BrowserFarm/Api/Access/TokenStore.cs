using System.Security.Cryptography;
using BrowserFarm.Hosting;

namespace BrowserFarm.Api.Access;

/// <summary>What looking at the tokens file again came to.</summary>
public abstract record TokenReload
{
    private TokenReload() { }

    /// <summary>The file is as it was when it was last looked at.</summary>
    public sealed record Unchanged : TokenReload;

    /// <summary>The tokens of the file hold from now on.</summary>
    public sealed record Replaced(int Tokens) : TokenReload;

    /// <summary>The file is faulty or gone: the tokens from before go on to hold. Told once for each state of the file.</summary>
    public sealed record Kept(string Reason) : TokenReload;
}

/// <summary>The tokens that hold now. Safe for concurrent use; a set is replaced whole.</summary>
public sealed class TokenStore
{
    /// <summary>Longest secret that is looked at, in characters.</summary>
    private const int MaxSecretLength = 256;

    private readonly WatchedFile<IReadOnlyList<AccessToken>>? _file;
    private readonly TimeProvider _time;
    private volatile IReadOnlyList<AccessToken> _tokens;

    private TokenStore(WatchedFile<IReadOnlyList<AccessToken>>? file, IReadOnlyList<AccessToken> tokens, TimeProvider time)
    {
        _file = file;
        _tokens = tokens;
        _time = time;
    }

    /// <summary>Whether there are tokens at all. Without, everybody who reaches the service may do everything, so it must be bound to loopback.</summary>
    public bool IsOpen => _file is null && _tokens.Count == 0;

    /// <summary>The tokens, expired ones too, in the order of the file.</summary>
    public IReadOnlyList<AccessToken> Tokens => _tokens;

    /// <summary>Why the file as it is now is not used; null while all is well.</summary>
    public string? Fault => _file?.Fault;

    /// <summary>No tokens: everything is open.</summary>
    public static TokenStore Open(TimeProvider time) => new(file: null, [], time);

    /// <summary>Fixed tokens, without a file.</summary>
    /// <exception cref="ArgumentException">There are none; <see cref="Open"/> says so on purpose.</exception>
    public static TokenStore Of(IReadOnlyList<AccessToken> tokens, TimeProvider time) =>
        tokens.Count > 0 ? new TokenStore(file: null, tokens, time) : throw new ArgumentException("There are no tokens.", nameof(tokens));

    /// <summary>The tokens of a file.</summary>
    /// <exception cref="TokenFileException">It cannot be used; the message lists everything that is wrong.</exception>
    public static TokenStore Load(string path, TimeProvider time)
    {
        var file = new WatchedFile<IReadOnlyList<AccessToken>>(() => TokenFile.ReadBytes(path), bytes => TokenFile.Parse(bytes, path), exception => exception is TokenFileException);
        return new TokenStore(file, file.Load(), time);
    }

    /// <summary>Looks at the file again; call it every few seconds.</summary>
    public TokenReload TryReload()
    {
        switch (_file?.Look())
        {
            case FileLook<IReadOnlyList<AccessToken>>.Replaced { Value: var tokens }:
                _tokens = tokens;
                return new TokenReload.Replaced(tokens.Count);
            case FileLook<IReadOnlyList<AccessToken>>.Kept { Reason: var reason }:
                return new TokenReload.Kept(reason);
            default:
                return new TokenReload.Unchanged();
        }
    }

    /// <summary>Whose secret this is.</summary>
    /// <remarks>
    /// Every token is compared, each in constant time, whether one has matched or not: how long it takes says nothing about how near a guess was.
    /// Both sides are digests, so a guess could not even choose the bytes that are compared.
    /// </remarks>
    public TokenCheck Find(string secret)
    {
        AccessToken? found = null;
        if (secret.Length <= MaxSecretLength)
        {
            var hash = TokenSecret.HashOf(secret);
            foreach (var token in _tokens)
            {
                if (CryptographicOperations.FixedTimeEquals(token.Hash.Span, hash))
                    found = token;
            }
        }

        return found switch
        {
            null => new TokenCheck.Unknown(),
            { Expires: { } end } when end <= _time.GetUtcNow() => new TokenCheck.Expired(found),
            _ => new TokenCheck.Accepted(found),
        };
    }
}
