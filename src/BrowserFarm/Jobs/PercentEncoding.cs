using System.Globalization;
using System.Text;

namespace BrowserFarm.Jobs;

/// <summary>One spelling for the path and query of an address (RFC 3986 §§2, 6.2.2). Pure.</summary>
internal static class PercentEncoding
{
    /// <summary>Characters that stand for themselves besides letters, digits and the unreserved: RFC 3986 §3.3, §3.4, and the brackets that everybody uses.</summary>
    private const string Kept = "!$&'()*+,;=:@/?[]";

    /// <summary>
    /// Encodes what must not stand in a path or query, decodes what need not be encoded, and writes hexadecimal digits in upper case.
    /// A percent sign that begins no code stands for itself.
    /// </summary>
    public static string Normalise(string text)
    {
        if (text.All(IsPlain))
            return text;

        var spelling = new StringBuilder(text.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < text.Length; at++)
        {
            if (IsPlain(text[at]))
            {
                spelling.Append(text[at]);
            }
            else if (CodeAt(text, at) is { } code)
            {
                if (IsUnreserved((char)code))
                    spelling.Append((char)code);
                else
                    AppendCode(spelling, code);
                at += 2;
            }
            else
            {
                _ = Rune.TryGetRuneAt(text, at, out var rune) || Rune.TryCreate('\uFFFD', out rune);   // half a surrogate pair has no code
                foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
                    AppendCode(spelling, one);
                at += rune.IsBmp ? 0 : 1;
            }
        }

        return spelling.ToString();
    }

    private static byte? CodeAt(string text, int at) =>
        text[at] == '%' && at + 2 < text.Length && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? code
            : null;

    private static void AppendCode(StringBuilder spelling, byte code) => spelling.Append('%').Append(code.ToString("X2", CultureInfo.InvariantCulture));

    private static bool IsPlain(char c) => IsUnreserved(c) || Kept.Contains(c, StringComparison.Ordinal);

    private static bool IsUnreserved(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~';
}
