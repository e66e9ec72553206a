using System.Net;
using BrowserFarm.Jobs;

namespace BrowserFarm.Api.Access;

/// <summary>Whether an address may be crawled.</summary>
public abstract record AddressVerdict
{
    private AddressVerdict() { }

    public sealed record Allowed : AddressVerdict;

    /// <param name="Reason">One sentence for the client, naming the setting that allows it. Not what a name leads to: that would tell names of the inside apart.</param>
    /// <param name="Detail">One sentence for the log, with the address.</param>
    public sealed record Refused(string Reason, string Detail) : AddressVerdict;
}

/// <summary>Refuses pages that are not on the public internet: a client must not see through the farm what only the farm can reach (server-side request forgery).</summary>
/// <remarks>
/// It judges the canonical address, whose host is spelled as a browser reads it (<see cref="CanonicalUrl"/>), so that no spelling gets by: literal addresses by
/// <see cref="SpecialAddresses"/>, names that are special by themselves (RFC 6761, 6762, 8375; <c>internal</c> by ICANN's resolution 2024.07.29.06), and of other names all
/// addresses that they have. A name that has none is allowed: its page will fail by itself, it may have one when its turn comes, and a resolver that is down must not
/// turn away submissions. So this is the first of two checks, and refuses early what can be known early. A name may lead elsewhere when the page is opened (DNS rebinding), and a
/// page may lead anywhere; only what looks at every connection can hold that.
/// </remarks>
public sealed class AddressGuard
{
    private static readonly AddressVerdict Allowed = new AddressVerdict.Allowed();

    /// <summary>Names that never are on the public internet, and the names under them.</summary>
    private static readonly string[] LocalNames = ["localhost", "local", "internal", "home.arpa"];

    private readonly bool _allowsAll;
    private readonly AllowedAddresses _allowed;
    private readonly RememberedNames _names;

    /// <exception cref="FormatException">An entry of the allow-list is not of the right form; the message lists all of these.</exception>
    public AddressGuard(AddressOptions options, TimeProvider time)
        : this(options, new SystemNameLookup(), time)
    {
    }

    internal AddressGuard(AddressOptions options, INameLookup lookup, TimeProvider time)
    {
        _allowsAll = options.AllowPrivateNetwork;
        _allowed = new AllowedAddresses(options.AllowedAddresses);
        _names = new RememberedNames(lookup, options, time);
    }

    /// <summary>Judges an address. Costs at most one look-up of its name, within <see cref="AddressOptions.ResolveWithin"/>.</summary>
    public async ValueTask<AddressVerdict> CheckAsync(CanonicalUrl url, CancellationToken cancellationToken)
    {
        if (_allowsAll)
            return Allowed;
        if (JudgeSpelling(url) is { } verdict)
            return verdict;

        var uri = url.ToUri();
        var name = NameOf(uri);
        foreach (var address in await _names.FindAsync(name, cancellationToken))
        {
            if (!_allowed.Allows(address, uri.Port) && SpecialAddresses.KindOf(address) is { } kind)
                return Refuse(name, $"The host {name} leads to an address that is not public", $"{name} leads to {address}, which is {kind}.");
        }

        return Allowed;
    }

    /// <summary>Judges what can be judged without a look-up; null for a name that must be looked up.</summary>
    internal AddressVerdict? JudgeSpelling(CanonicalUrl url)
    {
        if (_allowsAll)
            return Allowed;

        var uri = url.ToUri();
        var name = NameOf(uri);
        if (IPAddress.TryParse(name, out var address))
        {
            return _allowed.Allows(address, uri.Port) || SpecialAddresses.KindOf(address) is not { } kind
                ? Allowed
                : Refuse(name, $"The address {name} is {kind}", $"{name} is {kind}.");
        }

        if (_allowed.Allows(name, uri.Port))
            return Allowed;
        if (Array.Exists(LocalNames, local => name == local || (name.EndsWith(local, StringComparison.Ordinal) && name[^(local.Length + 1)] == '.')))
            return Refuse(name, $"The host {name} is a name of a local network", $"{name} is a special name.");
        return name.Contains('.', StringComparison.Ordinal) ? null : Refuse(name, $"The host {name} is a name of a local network: it has one part only", $"{name} has one label.");
    }

    private static AddressVerdict.Refused Refuse(string name, string reason, string detail) => new(
        $"{ClientText.Clean(reason)}; the operator may allow it with serve --allow-address {ClientText.Clean(name)}, or everything with --allow-private-network.",
        ClientText.Clean(detail));

    /// <summary>The host in lower case, without the brackets of IPv6 and without the root's dot.</summary>
    private static string NameOf(Uri uri) => uri.IdnHost.TrimEnd('.').ToLowerInvariant();
}
