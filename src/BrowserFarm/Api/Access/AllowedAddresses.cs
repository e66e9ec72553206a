using System.Globalization;
using System.Net;

namespace BrowserFarm.Api.Access;

/// <summary>What an operator allows although it is not public: the read form of <see cref="AddressOptions.AllowedAddresses"/>.</summary>
internal sealed class AllowedAddresses
{
    private readonly List<(string Name, int? Port)> _names = [];        // a suffix begins with its dot
    private readonly List<(AddressRange Range, int? Port)> _ranges = [];

    /// <exception cref="FormatException">Entries are not of the right form; the message lists all of these.</exception>
    public AllowedAddresses(IEnumerable<string> entries)
    {
        var mistakes = entries.Where(entry => !TryAdd(entry)).Select(entry => ClientText.Clean(entry)).ToList();
        if (mistakes.Count > 0)
        {
            throw new FormatException($"--allow-address has {string.Join(", ", mistakes)}: each must be a host name, *.suffix, an address or a range "
                + "like 10.1.0.0/16 (without bits behind the prefix), with :port or without; an IPv6 address with a port stands in brackets.");
        }
    }

    /// <param name="name">In lower case, without a dot at the end.</param>
    public bool Allows(string name, int port) => _names.Exists(entry => (entry.Port ?? port) == port
        && (entry.Name[0] == '.' ? name.Length > entry.Name.Length && name.EndsWith(entry.Name, StringComparison.Ordinal) : name == entry.Name));

    public bool Allows(IPAddress address, int port)
    {
        var plain = SpecialAddresses.Unmapped(address);
        return _ranges.Exists(entry => (entry.Port ?? port) == port && entry.Range.Contains(plain));
    }

    private bool TryAdd(string entry)
    {
        if (SplitPort(entry) is not var (text, port))
            return false;

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        var unbracketed = address is ['[', .., ']'] ? address[1..^1] + text[address.Length..] : text;
        if (AddressRange.TryParse(unbracketed, out var range))
        {
            _ranges.Add((range!, port));
            return true;
        }

        var name = text.ToLowerInvariant();
        var isSuffix = name.StartsWith("*.", StringComparison.Ordinal);
        if (!IsName(isSuffix ? name[2..] : name))
            return false;
        _names.Add((isSuffix ? name[1..] : name, port));
        return true;
    }

    /// <summary>The part before the port; of several colons without brackets none begins a port. Null when there is one that is no port.</summary>
    private static (string Text, int? Port)? SplitPort(string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0 || (entry[0] != '[' && entry.IndexOf(':', StringComparison.Ordinal) != colon) || entry.EndsWith(']') || entry.AsSpan(colon).Contains('/'))
            return (entry, null);
        return int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? (entry[..colon], port) : null;
    }

    /// <summary>A name whose last label is a number could only be an address, and none that was understood.</summary>
    private static bool IsName(string text) =>
        text.Length is > 0 and <= 253 && !char.IsAsciiDigit(text.Split('.')[^1].FirstOrDefault())
        && text.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}
