using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace BrowserFarm.Api.Access;

/// <summary>A block of addresses (CIDR, RFC 4632): <c>10.0.0.0/8</c>, <c>fd00::/8</c>.</summary>
/// <param name="Name">What the block is for, to follow "which is"; empty for one of an allow-list.</param>
internal sealed record AddressRange(IPAddress First, int PrefixLength, string Name)
{
    /// <summary>Reads <c>address/length</c>, or an address alone. Bits behind the prefix must be zero: with others, something else was meant.</summary>
    public static bool TryParse(string text, out AddressRange? range)
    {
        range = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(first, out var address) || first.Contains('%', StringComparison.Ordinal) || (address.AddressFamily == AddressFamily.InterNetwork && first.Count(c => c == '.') != 3))
            return false;

        var bits = address.GetAddressBytes().Length * 8;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
            return false;

        range = new AddressRange(address, length, Name: "");
        return Enumerable.Range(length, bits - length).All(bit => !BitOf(address.GetAddressBytes(), bit));
    }

    public static AddressRange Of(string text, string name) =>
        TryParse(text, out var range) ? range! with { Name = name } : throw new FormatException($"{text} is no range of addresses.");

    /// <summary>Whether an address of the same family lies in it.</summary>
    public bool Contains(IPAddress address)
    {
        if (address.AddressFamily != First.AddressFamily)
            return false;

        Span<byte> own = stackalloc byte[16];
        Span<byte> other = stackalloc byte[16];
        First.TryWriteBytes(own, out _);
        address.TryWriteBytes(other, out _);
        var whole = PrefixLength / 8;
        var rest = PrefixLength % 8;
        return own[..whole].SequenceEqual(other[..whole]) && (rest == 0 || (own[whole] ^ other[whole]) >> (8 - rest) == 0);
    }

    private static bool BitOf(byte[] bytes, int bit) => (bytes[bit / 8] & (0x80 >> (bit % 8))) != 0;
}
