using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace BrowserFarm.Jobs;

/// <summary>
/// Rewrites the host of an address as a browser reads it, where <see cref="Uri"/> reads it otherwise: encoded and fullwidth characters, and
/// numbers that stand for an IPv4 address. Pure.
/// </summary>
/// <remarks>
/// Two programs that read a host differently are how a check is got round: what is judged must be what is opened. Source: the host parser and
/// the IPv4 parser of the WHATWG URL standard (url.spec.whatwg.org/#host-parsing), which Chromium follows. Of its Unicode mapping (UTS 46) there is
/// what becomes an ASCII character by arithmetic; other characters that it would turn into ASCII letters are refused, for nobody writes a host with them.
/// </remarks>
internal static class HostSpelling
{
    private const string Forbidden = " #/:<>?@[\\]^|%";   // forbidden domain code points of the standard, besides controls
    private const char FirstFullwidth = '\uFF01';
    private const char LastFullwidth = '\uFF5E';

    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>First and last of the characters whose compatibility form is made of ASCII letters and digits.</summary>
    private static readonly (int First, int Last)[] Lookalikes =
    [
        (0xAA, 0xAA), (0xB2, 0xB3), (0xB9, 0xBA), (0xBC, 0xBE), (0x132, 0x133), (0x13F, 0x140), (0x149, 0x149), (0x17F, 0x17F), (0x1C4, 0x1CC), (0x1F1, 0x1F3),
        (0x2B0, 0x2B8), (0x2E0, 0x2E4), (0x1D2C, 0x1D6A), (0x1D78, 0x1D78), (0x1D9B, 0x1DBF), (0x1E9A, 0x1E9B), (0x2024, 0x2026), (0x2070, 0x209F), (0x2100, 0x218F),
        (0x2460, 0x24FF), (0x3200, 0x33FF), (0xFB00, 0xFB06), (0x1D400, 0x1D7FF), (0x1F100, 0x1F190), (0x1FBF0, 0x1FBF9),
    ];

    /// <summary>The same address with its host as a browser reads it. What has no host, or one that <see cref="Uri"/> refuses by itself, is left as it is.</summary>
    /// <returns>False when a browser would refuse the host.</returns>
    public static bool TryNormalise(string text, [NotNullWhen(true)] out string? normalised)
    {
        normalised = text;
        var slashes = text.IndexOf("://", StringComparison.Ordinal);
        if (slashes < 0)
            return true;

        var start = slashes + 3;
        var end = text.AsSpan(start).IndexOfAny("/?#\\") is var length and >= 0 ? start + length : text.Length;
        start += text.AsSpan(start, end - start).LastIndexOf('@') + 1;
        if (start < end && text[start] == '[')
            return IsBracketed(text.AsSpan(start, end - start));

        if (text.AsSpan(start, end - start).LastIndexOf(':') is var colon and >= 0)
            end = start + colon;
        var host = text[start..end];
        if (host.Length == 0 || (IsPlain(host) && !EndsInNumber(host)))
            return true;

        if (Decode(host) is not { } decoded || Map(decoded) is not { } mapped)
            return false;
        if (EndsInNumber(mapped))
        {
            if (AddressOf(mapped) is not { } address)
                return false;
            mapped = address.ToString();
        }

        normalised = string.Concat(text.AsSpan(0, start), mapped, text.AsSpan(end));
        return true;
    }

    /// <summary>Whether a host's last label is a number, so that it is an address or nothing.</summary>
    public static bool EndsInNumber(string host)
    {
        var trimmed = host.EndsWith('.') ? host.AsSpan(0, host.Length - 1) : host;
        var last = trimmed[(trimmed.LastIndexOf('.') + 1)..];
        return last.Length > 0 && (last.IndexOfAnyExceptInRange('0', '9') < 0 || (IsHexadecimal(last) && !last[2..].ContainsAnyExcept(HexadecimalDigits)));
    }

    /// <summary>A zone (<c>%eth0</c>) names a network card of this machine, and what follows the bracket is not the path that .NET takes it for.</summary>
    private static bool IsBracketed(ReadOnlySpan<char> authority)
    {
        var close = authority.IndexOf(']');
        return close < 0 || (!authority[..close].Contains('%') && (close + 1 == authority.Length || authority[close + 1] == ':'));
    }

    private static bool IsPlain(string host) => host.All(c => char.IsAscii(c) && c != '%');

    private static string? Decode(string host)
    {
        if (!host.Contains('%', StringComparison.Ordinal))
            return host;

        try
        {
            var bytes = Encoding.UTF8.GetBytes(host);
            var decoded = new List<byte>(bytes.Length);
            for (var at = 0; at < bytes.Length; at++)
            {
                if (bytes[at] == '%' && at + 2 < bytes.Length && byte.TryParse(bytes.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                {
                    decoded.Add(code);
                    at += 2;
                }
                else
                {
                    decoded.Add(bytes[at]);
                }
            }

            return StrictUtf8.GetString([.. decoded]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <returns>Null when the host contains what no host may.</returns>
    private static string? Map(string host)
    {
        var mapped = new StringBuilder(host.Length);
        foreach (var rune in host.EnumerateRunes())
        {
            var value = rune.Value switch
            {
                0x3002 or 0xFF61 => '.',                                                         // ideographic full stops
                >= FirstFullwidth and <= LastFullwidth => rune.Value - FirstFullwidth + '!',
                _ => rune.Value,
            };
            if (value is >= 0xFE00 and <= 0xFE0F)
                continue;                                                                          // how an emoji is drawn, which is no part of the name
            if (Forbidden.Contains((char)value, StringComparison.Ordinal) && value < 0x80)
                return null;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator || Lookalikes.Any(range => value >= range.First && value <= range.Last))
                return null;
            mapped.Append(new Rune(value).ToString());
        }

        return mapped.Length == 0 ? null : mapped.ToString();
    }

    private static IPAddress? AddressOf(string host)
    {
        var parts = (host.EndsWith('.') ? host[..^1] : host).Split('.');
        if (parts.Length > 4)
            return null;

        ulong address = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            // The last part stands for all bytes that are left: 127.1 is 127.0.0.1.
            var isLast = i == parts.Length - 1;
            var bytes = isLast ? 4 - i : 1;
            if (NumberOf(parts[i]) is not { } number || number >= 1UL << (8 * bytes))
                return null;
            address = (address << (8 * bytes)) | number;
        }

        return new IPAddress([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]);
    }

    /// <summary>Decimal, octal with a leading zero, hexadecimal with <c>0x</c>; alone, <c>0x</c> is zero.</summary>
    private static ulong? NumberOf(string part)
    {
        if (part.Length == 0)
            return null;

        var (digits, numberBase) = IsHexadecimal(part) ? (part[2..], 16) : part is ['0', _, ..] ? (part[1..], 8) : (part, 10);
        ulong number = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : numberBase;
            if (digit >= numberBase)
                return null;
            number = Math.Min((number * (ulong)numberBase) + (ulong)digit, 1UL << 33);   // too large is too large, however long
        }

        return number;
    }

    private static bool IsHexadecimal(ReadOnlySpan<char> part) => part is ['0', 'x' or 'X', ..];
}
