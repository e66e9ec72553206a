using System.Text.Json;

namespace BrowserFarm.Api.Access;

/// <summary>The tokens file cannot be used.</summary>
/// <param name="mistakes">One each, with its place in the file; empty when the file as a whole is refused.</param>
public sealed class TokenFileException(string message, IReadOnlyList<string> mistakes, Exception? inner = null) : Exception(message, inner)
{
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}

/// <summary>Reads the tokens file: strictly, so that a misspelt scope or limit is a message at the start and not a hole.</summary>
/// <remarks>
/// <code>{ "tokens": [ { "name": "ci", "sha256": "…", "scopes": ["jobs:read"], "requestsPerMinute": 600, "queueShare": 0.5, "expires": "2027-01-01T00:00:00Z" } ] }</code>
/// A file without tokens is refused: it would open the service to everybody who empties it.
/// </remarks>
public static class TokenFile
{
    /// <summary>Largest file that is read.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxNameLength = 64;
    private const int MaxRequestsPerMinute = 1_000_000;
    private static readonly string[] Members = ["name", "sha256", "scopes", "requestsPerMinute", "queueShare", "expires"];

    /// <summary>Reads the tokens of a file.</summary>
    /// <exception cref="TokenFileException">It cannot be read, others may write it, or it has mistakes; the message lists all of them.</exception>
    public static IReadOnlyList<AccessToken> Load(string path) => Parse(ReadBytes(path), path);

    /// <summary>Reads a file that nobody but its owner can have written.</summary>
    /// <exception cref="TokenFileException">It cannot be read, others may write it, or it is far too large.</exception>
    internal static byte[] ReadBytes(string path)
    {
        try
        {
            // The mode of what was opened, not of the name: the file may be replaced in between, and a mounted secret is a link.
            using var handle = File.OpenHandle(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None)
                throw new TokenFileException($"The tokens file {path} may be written by others than its owner, who could let themselves in; run: chmod go-w {path}", []);
            if (RandomAccess.GetLength(handle) is var length && length > MaxBytes)
                throw new TokenFileException($"The tokens file {path} has {length} bytes; at most {MaxBytes} are read.", []);

            using var stream = new FileStream(handle, FileAccess.Read);
            using var bytes = new MemoryStream((int)length);
            stream.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenFileException($"The tokens file {path} cannot be read: {exception.Message}", [], exception);
        }
    }

    /// <param name="name">What to call the file in messages.</param>
    /// <exception cref="TokenFileException">It has mistakes; the message lists all of them.</exception>
    public static IReadOnlyList<AccessToken> Parse(ReadOnlyMemory<byte> json, string name)
    {
        var mistakes = new List<string>();
        List<AccessToken> tokens;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            tokens = TokensOf(document.RootElement, mistakes);
        }
        catch (JsonException exception)
        {
            throw new TokenFileException($"The tokens file {name} is not valid JSON: {exception.Message}", [], exception);
        }
        catch (InvalidOperationException exception)
        {
            // JSON may spell half a surrogate pair, which is no text.
            throw new TokenFileException($"The tokens file {name} contains a text that is not valid Unicode.", [], exception);
        }

        return mistakes.Count == 0
            ? tokens
            : throw new TokenFileException($"The tokens file {name} has {(mistakes.Count == 1 ? "a mistake" : $"{mistakes.Count} mistakes")}: {string.Join("; ", mistakes)}.", mistakes);
    }

    private static List<AccessToken> TokensOf(JsonElement root, List<string> mistakes)
    {
        var tokens = new List<AccessToken>();
        var file = new TokenMembers(root, path: "", ["tokens"], mistakes);
        if (!file.IsObject)
            return tokens;

        if (!file.TryGet("tokens", out var list))
            mistakes.Add("tokens is missing");
        else if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            mistakes.Add($"tokens is {TokenMembers.Shown(list)}, but must be an array of at least one token (without a tokens file, everybody on this machine may do everything)");
        else
            tokens.AddRange(list.EnumerateArray().Select((json, index) => TokenOf(json, $"tokens[{index}]", mistakes)).OfType<AccessToken>());

        foreach (var name in tokens.GroupBy(token => token.Name, StringComparer.Ordinal).Where(group => group.Skip(1).Any()))
            mistakes.Add($"the name {name.Key} is given to {name.Count()} tokens, but must be unique");
        foreach (var secret in tokens.GroupBy(token => Convert.ToHexString(token.Hash.Span), StringComparer.Ordinal).Where(group => group.Skip(1).Any()))
            mistakes.Add($"{string.Join(" and ", secret.Select(token => token.Name))} have the same sha256, but every token needs a secret of its own");
        return tokens;
    }

    private static AccessToken? TokenOf(JsonElement json, string path, List<string> mistakes)
    {
        var before = mistakes.Count;
        var members = new TokenMembers(json, path, Members, mistakes);
        if (!members.IsObject)
            return null;

        var name = members.Required("name", "1 to 64 ASCII letters, digits, '.', '_' or '-'", value => value.ValueKind == JsonValueKind.String && value.GetString()! is var text && IsName(text) ? text : null);
        var hash = members.Required("sha256", "64 hexadecimal digits, the SHA-256 of the secret", HashOf);
        var scopes = members.Required<IReadOnlyList<string>>("scopes", $"an array of scopes, each once: {string.Join(", ", Scopes.All)}", value => ScopesOf(value, path, mistakes));
        var rate = members.Optional("requestsPerMinute", "a whole number from 1 to 1000000", RateOf);
        var share = members.Optional("queueShare", "a number over 0, up to 1", ShareOf);
        var expires = members.Optional("expires", "a time with its offset, like 2027-01-01T00:00:00Z", TimeOf);
        return mistakes.Count == before ? new AccessToken(name!, hash, scopes!, rate, share ?? 1, expires) : null;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= MaxNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static byte[]? HashOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.String && json.GetString()! is { Length: 64 } text && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;

    /// <summary>Null when it is no list of scopes at all; single wrong ones are mistakes of their own.</summary>
    private static List<string>? ScopesOf(JsonElement json, string path, List<string> mistakes)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() == 0)
            return null;

        var scopes = new List<string>();
        foreach (var (index, scope) in json.EnumerateArray().Index())
        {
            if (scope.ValueKind != JsonValueKind.String || !Scopes.All.Contains(scope.GetString()!, StringComparer.Ordinal))
                mistakes.Add($"{path}.scopes[{index}] is {TokenMembers.Shown(scope)}, but must be one of {string.Join(", ", Scopes.All)}");
            else if (scopes.Contains(scope.GetString()!, StringComparer.Ordinal))
                mistakes.Add($"{path}.scopes[{index}] is {TokenMembers.Shown(scope)} once more");
            else
                scopes.Add(scope.GetString()!);
        }

        return scopes;
    }

    private static int? RateOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var rate) && rate is >= 1 and <= MaxRequestsPerMinute ? rate : null;

    private static double? ShareOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var share) && share is > 0 and <= 1 ? share : null;

    /// <summary>A time without an offset would mean something else on every machine.</summary>
    private static DateTimeOffset? TimeOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.String && json.GetString()! is { Length: >= 20 } text
        && (text[^1] == 'Z' || (text[^6] is '+' or '-' && text[^3] == ':')) && json.TryGetDateTimeOffset(out var time)
            ? time
            : null;
}
