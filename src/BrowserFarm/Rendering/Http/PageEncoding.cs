using System.Text;
using System.Text.RegularExpressions;

namespace BrowserFarm.Rendering.Http;

/// <summary>Bytes of a page to text, by what its sender says of them. Pure.</summary>
/// <remarks>Source: WHATWG HTML §13.2.3.2, "Determining the character encoding": a byte order mark, then the header, then a declaration in the first 1024 bytes.</remarks>
internal static partial class PageEncoding
{
    private const int DeclaredWithin = 1024;

    static PageEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <returns>The text; bytes that mean nothing in the encoding become U+FFFD.</returns>
    public static string Decode(ReadOnlySpan<byte> bytes, string contentType)
    {
        var (encoding, skipped) = ByMark(bytes);
        encoding ??= Named(Charset().Match(contentType)) ?? Named(Declared().Match(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, DeclaredWithin)]))) ?? Encoding.UTF8;
        return encoding.GetString(bytes[skipped..]);
    }

    private static (Encoding? Encoding, int Skipped) ByMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? (Encoding.UTF8, 3)
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? (Encoding.BigEndianUnicode, 2)
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? (Encoding.Unicode, 2)
        : (null, 0);

    /// <summary>Names that browsers read otherwise than they are written (WHATWG Encoding §4.2), and those that none reads at all.</summary>
    private static Encoding? Named(Match match)
    {
        if (!match.Success)
            return null;

        var name = match.Groups["name"].Value.ToLowerInvariant() switch
        {
            "iso-8859-1" or "latin1" or "us-ascii" or "ascii" => "windows-1252",
            "iso-8859-9" => "windows-1254",
            "shift-jis" or "sjis" or "x-sjis" => "shift_jis",
            "utf8" => "utf-8",
            "gb2312" or "gbk" => "gb18030",
            "utf-7" => "",
            var other => other,
        };
        try
        {
            return name.Length == 0 ? null : Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null;   // a name that nobody knows
        }
    }

    [GeneratedRegex("""charset\s*=\s*["']?(?<name>[A-Za-z0-9._:-]{1,40})""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Charset();

    [GeneratedRegex("""<meta[^>]{0,300}charset\s*=\s*["']?\s*(?<name>[A-Za-z0-9._:-]{1,40})""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Declared();
}
