using BrowserFarm.Hosting;
using BrowserFarm.Jobs;

namespace BrowserFarm.Cli;

/// <summary>Headers and cookies as typed. Pure.</summary>
internal static class HttpPairs
{
    /// <summary>More than this browsers refuse.</summary>
    private const int MaxCookie = 4096;

    /// <summary>Reads <c>Name: value</c>.</summary>
    /// <exception cref="FormatException">It is no header, or one that must not be set.</exception>
    public static HttpPair Header(string text)
    {
        var (name, value) = Split(text, ':');
        if (!HeaderRules.IsName(name) || !HeaderRules.IsValue(value))
            throw new FormatException($"--header is '{Shown(text)}', but must be a name, a colon and a value of up to 1000 visible ASCII characters: 'X-Api-Key: abc'.");
        if (HeaderRules.IsForbidden(name))
            throw new FormatException($"--header {name} cannot be set{(name.Equals("cookie", StringComparison.OrdinalIgnoreCase) ? "; use --cookie" : "")}.");
        return new HttpPair(name, value);
    }

    /// <summary>Reads <c>name=value</c>, the value as RFC 6265 §4.1.1 has it.</summary>
    /// <exception cref="FormatException">It is no cookie.</exception>
    public static HttpPair Cookie(string text)
    {
        var (name, value) = Split(text, '=');
        if (!HeaderRules.IsName(name) || text.Length > MaxCookie || !value.All(c => c is > ' ' and <= '~' and not (',' or ';' or '\\')))
            throw new FormatException($"--cookie is '{Shown(text)}', but must be a name, = and a value of visible ASCII characters without spaces, commas, semicolons and backslashes: 'session=abc'.");
        return new HttpPair(name, value);
    }

    private static (string Name, string Value) Split(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var place ? (text[..place].Trim(), text[(place + 1)..].Trim()) : ("", text);

    private static string Shown(string text) => text.Length > 100 ? $"{text[..100]}…" : text;
}
