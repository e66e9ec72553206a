using System.Net;
using System.Net.Sockets;

namespace BrowserFarm.Api.Access;

/// <summary>Which addresses are not a public machine's. Pure.</summary>
/// <remarks>
/// Sources: RFC 6890 and the IANA special-purpose address registries for IPv4 and IPv6 as they were in 2026, RFC 5771 and 4291 (multicast), RFC 6052 and 8215 (NAT64), RFC 3056
/// and 7526 (6to4), RFC 4380 (Teredo), RFC 3879 (site-local), RFC 9637 (documentation); the metadata addresses of cloud providers from their documentation. Ranges that the
/// registries call globally reachable but in which no pages are (anycast relays, AS112, ORCHID) are refused with the block they lie in. Of IPv6 only
/// 2000::/3 is handed out at all (RFC 4291 §2.4), so everything outside of it is refused, known or not.
/// </remarks>
internal static class SpecialAddresses
{
    /// <summary>The narrower before the wider: the first that matches gives the name.</summary>
    private static readonly AddressRange[] Ranges =
    [
        AddressRange.Of("169.254.169.254", "a cloud provider's metadata service"),
        AddressRange.Of("169.254.170.2", "a cloud provider's metadata service"),
        AddressRange.Of("168.63.129.16", "a cloud provider's metadata service"),
        AddressRange.Of("100.100.100.200", "a cloud provider's metadata service"),
        AddressRange.Of("192.0.0.192", "a cloud provider's metadata service"),
        AddressRange.Of("0.0.0.0/8", "this machine itself"),
        AddressRange.Of("10.0.0.0/8", "a private network"),
        AddressRange.Of("100.64.0.0/10", "a provider's own network (carrier-grade NAT)"),
        AddressRange.Of("127.0.0.0/8", "this machine itself (loopback)"),
        AddressRange.Of("169.254.0.0/16", "the local link"),
        AddressRange.Of("172.16.0.0/12", "a private network"),
        AddressRange.Of("192.0.0.0/24", "reserved for protocols"),
        AddressRange.Of("192.0.2.0/24", "for documentation"),
        AddressRange.Of("192.88.99.0/24", "a 6to4 relay"),
        AddressRange.Of("192.168.0.0/16", "a private network"),
        AddressRange.Of("198.18.0.0/15", "for benchmarks"),
        AddressRange.Of("198.51.100.0/24", "for documentation"),
        AddressRange.Of("203.0.113.0/24", "for documentation"),
        AddressRange.Of("224.0.0.0/4", "a multicast group"),
        AddressRange.Of("255.255.255.255", "the broadcast address"),
        AddressRange.Of("240.0.0.0/4", "reserved"),
        AddressRange.Of("fd00:ec2::254", "a cloud provider's metadata service"),
        AddressRange.Of("fd20:ce::254", "a cloud provider's metadata service"),
        AddressRange.Of("::", "this machine itself"),
        AddressRange.Of("::1", "this machine itself (loopback)"),
        AddressRange.Of("::/96", "an IPv4 address in a form that is no longer used"),
        AddressRange.Of("::ffff:0:0:0/96", "a translated IPv4 address"),
        AddressRange.Of("64:ff9b:1::/48", "a network's own NAT64"),
        AddressRange.Of("100::/64", "discarded"),
        AddressRange.Of("2001::/32", "a Teredo tunnel"),
        AddressRange.Of("2001::/23", "reserved for protocols"),
        AddressRange.Of("2001:db8::/32", "for documentation"),
        AddressRange.Of("2002::/16", "a 6to4 tunnel"),
        AddressRange.Of("3fff::/20", "for documentation"),
        AddressRange.Of("fc00::/7", "a private network (unique local)"),
        AddressRange.Of("fe80::/10", "the local link"),
        AddressRange.Of("fec0::/10", "a private network (site-local)"),
        AddressRange.Of("ff00::/8", "a multicast group"),
    ];

    private static readonly AddressRange GlobalUnicast = AddressRange.Of("2000::/3", "");
    private static readonly AddressRange Nat64 = AddressRange.Of("64:ff9b::/96", "");

    /// <summary>What an address is, to follow "which is"; null for a public machine's.</summary>
    public static string? KindOf(IPAddress address)
    {
        address = Unmapped(address);
        // A network that has only IPv6 reaches every public IPv4 address in this form, so it is as good as the address within.
        if (Nat64.Contains(address))
            return KindOf(new IPAddress(address.GetAddressBytes().AsSpan(12))) is { } within ? within + ", reached through NAT64" : null;
        if (Ranges.FirstOrDefault(range => range.Contains(address)) is { } special)
            return special.Name;
        return address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address) ? null : "outside of what is handed out";
    }

    /// <summary>An IPv4 address that is written as IPv6 (<c>::ffff:127.0.0.1</c>) as what it is: the same connection is opened. Zones are dropped.</summary>
    public static IPAddress Unmapped(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes()) : address;
}
