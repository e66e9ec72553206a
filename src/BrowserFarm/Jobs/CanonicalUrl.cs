using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace BrowserFarm.Jobs;

/// <summary>The address of a page in the one spelling under which it is known: two addresses of the same page compare equal.</summary>
/// <remarks>
/// Scheme and host in lower case, host in its ASCII form and as a browser reads it (<see cref="HostSpelling"/>), no default port, no fragment, dot segments resolved, at least <c>/</c> as
/// path, nothing encoded that need not be (RFC 3986 §6.2.2–6.2.3, RFC 5891). What is accepted is its own canonical spelling when read again. Only <c>http</c> and <c>https</c>, no user name or password, at most
/// <see cref="MaxLength"/> characters, in that spelling too. The query is kept as it is: its order may matter to the site.
/// </remarks>
public sealed record CanonicalUrl
{
    /// <summary>Longest accepted address, in characters.</summary>
    public const int MaxLength = 8192;

    private const int ShownLength = 120;

    /// <summary>Removing dot segments may bring out an encoding and the other way round; real addresses settle at once.</summary>
    private const int MaxRounds = 5;

    private CanonicalUrl(TargetKey target, string value)
    {
        Target = target;
        Value = value;
    }

    /// <summary>The canonical spelling, for example <c>https://example.org/a?b=1</c>.</summary>
    public string Value { get; }

    /// <summary>The site it belongs to.</summary>
    public TargetKey Target { get; }

    public Uri ToUri() => new(Value);

    public override string ToString() => Value;

    /// <summary>Reads an address that must be absolute.</summary>
    /// <exception cref="FormatException">It is not one that can be crawled; the message names it and says what is wrong.</exception>
    public static CanonicalUrl Parse(string text) =>
        TryParse(text, out var url, out var problem) ? url : throw new FormatException(problem);

    /// <summary>Reads an address that must be absolute.</summary>
    /// <param name="problem">One sentence that names the address and what is wrong with it; null on success.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CanonicalUrl? url, [NotNullWhen(false)] out string? problem)
    {
        url = null;
        problem = ProblemWith(text, out var uri);
        if (problem is not null)
            return false;

        for (var round = 0; round < MaxRounds; round++)
        {
            var target = TargetKey.Of(uri!);
            var value = target.Value + PercentEncoding.Normalise(uri!.GetComponents(UriComponents.PathAndQuery, UriFormat.UriEscaped));
            problem = ProblemWith(value, out uri);
            if (problem is not null)
                return false;
            if (uri!.AbsoluteUri == value && TargetKey.Of(uri) == target)
            {
                url = new CanonicalUrl(target, value);
                return true;
            }
        }

        problem = $"The URL {Shown(text!)} has no one spelling.";
        return false;
    }

    private static string? ProblemWith(string? text, out Uri? uri)
    {
        uri = null;
        if (string.IsNullOrWhiteSpace(text))
            return "The URL is empty.";
        if (text.Length > MaxLength)
            return $"The URL {Shown(text)} is {text.Length.ToString(CultureInfo.InvariantCulture)} characters long; at most {MaxLength} are accepted.";
        if (text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format))
            return $"The URL {Shown(text)} contains a space or a control character.";
        if (!HostSpelling.TryNormalise(text, out var spelled))
            return $"The URL {Shown(text)} has no host, or one that no host can be named.";
        if (!Uri.TryCreate(spelled, UriKind.Absolute, out uri) || text[0] == '/')
        {
            return LooksLikeHost(text)
                ? $"The URL {Shown(text)} has no scheme; write https://{Shown(text)}."
                : $"The URL {Shown(text)} is not an absolute http or https address.";
        }

        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        {
            // "localhost:8080/x" parses as scheme "localhost".
            return LooksLikeHost(text)
                ? $"The URL {Shown(text)} has no scheme; write http://{Shown(text)} or https://{Shown(text)}."
                : $"The URL {Shown(text)} has the scheme {uri.Scheme}: only http and https pages are ever opened.";
        }

        if (uri.UserInfo.Length > 0)
            return $"The URL of {uri.Host} contains a user name or password, which is not accepted in an address.";
        return HasHost(uri) ? null : $"The URL {Shown(text)} has no host, or one that no host can be named.";
    }

    private static bool HasHost(Uri uri)
    {
        try
        {
            return uri.IdnHost is { Length: > 0 } host && host.All(char.IsAscii);
        }
        catch (UriFormatException)
        {
            return false;   // letters that IDN does not know, found out only here
        }
    }

    private static bool LooksLikeHost(string text)
    {
        var host = text.Split('/', 2)[0];
        var parts = host.Split(':');
        return parts.Length <= 2
            && (parts.Length == 1 || parts[1].All(char.IsAsciiDigit))
            && (parts[0].Contains('.', StringComparison.Ordinal) || parts[0] == "localhost")
            && parts[0].All(c => char.IsLetterOrDigit(c) || c is '.' or '-');
    }

    private static string Shown(string text)
    {
        var safe = string.Concat(text.Take(ShownLength).Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? '\uFFFD' : c));
        return text.Length > ShownLength ? safe + "…" : safe;
    }
}
