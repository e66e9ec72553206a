using System.ComponentModel.DataAnnotations;

namespace BrowserFarm.Api.Access;

/// <summary>Which addresses clients may have crawled.</summary>
public sealed class AddressOptions
{
    public const string Section = "BrowserFarm:Addresses";

    /// <summary>Allow every address: this machine, its networks, cloud metadata.</summary>
    /// <value>Default false. Only where every client may see everything that this machine can reach.</value>
    public bool AllowPrivateNetwork { get; set; }

    /// <summary>What is allowed although it is not public.</summary>
    /// <value>Default none. Each a host name (<c>intranet.corp</c>), names under a suffix (<c>*.corp</c>), an address, or a range (<c>10.1.0.0/16</c>), each optionally with a port
    /// (<c>10.1.0.0/16:8080</c>, <c>[fd00::1]:80</c>); without one, on every port. A name is allowed wherever it leads.</value>
    public IList<string> AllowedAddresses { get; } = [];

    /// <summary>Longest wait for a name's addresses.</summary>
    /// <value>Default 3 s; 0.1 to 30 s. Shorter lets slow names through unseen, longer holds up their submitters.</value>
    [Range(typeof(TimeSpan), "00:00:00.1000000", "00:00:30")]
    public TimeSpan ResolveWithin { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a name's addresses are remembered.</summary>
    /// <value>Default 1 minute; 0 to 1 hour.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RememberFor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Names that are remembered.</summary>
    /// <value>Default 4096; 1 to 1 000 000, about 200 bytes each.</value>
    [Range(1, 1_000_000)]
    public int RememberedNames { get; set; } = 4096;
}
