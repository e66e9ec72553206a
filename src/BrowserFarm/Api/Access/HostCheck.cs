using System.Net;

namespace BrowserFarm.Api.Access;

/// <summary>By which names the service may be asked, against DNS rebinding: a foreign page whose name suddenly leads to this machine is still asking by its own name.</summary>
/// <remarks>
/// <c>localhost</c>, the names under it and literal loopback addresses are always allowed, whatever the port. Source: the same check in Chromium's DevTools server and
/// in ASP.NET's host filtering, which answers 400; RFC 9110 §15.5.20 has 421 for it.
/// </remarks>
public sealed class HostCheck
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _suffixes = [];      // with the dot in front
    private readonly bool _allowsAll;

    /// <param name="allowed">Further names: <c>farm.example.org</c>, <c>*.example.org</c> (not <c>example.org</c> itself), a literal address, or <c>*</c> for any.</param>
    /// <exception cref="FormatException">An entry is none of these; the message names it.</exception>
    public HostCheck(IEnumerable<string> allowed)
    {
        foreach (var entry in allowed)
        {
            if (entry == "*")
                _allowsAll = true;
            else if (entry.StartsWith("*.", StringComparison.Ordinal) && IsName(entry[2..]))
                _suffixes.Add(entry[1..]);
            else if (IPAddress.TryParse(entry, out var address))
                _names.Add(address.ToString());
            else if (IsName(entry))
                _names.Add(entry);
            else
                throw new FormatException($"{ClientText.Clean(entry)} is no host name without a port, nor *.suffix, an address, or *.");
        }
    }

    /// <summary>Loopback only.</summary>
    public static HostCheck Loopback { get; } = new([]);

    /// <param name="host">The name of a Host header without its port; IPv6 in brackets or without. Empty when there was none.</param>
    public bool Allows(string host)
    {
        if (_allowsAll)
            return true;

        var name = host is ['[', .., ']'] ? host[1..^1] : host.EndsWith('.') ? host[..^1] : host;
        if (name.Length == 0)
            return false;
        if (IPAddress.TryParse(name, out var address))
            return IPAddress.IsLoopback(address) || _names.Contains(address.ToString());
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || _names.Contains(name)
            || _suffixes.Any(suffix => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 253 && text.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}
