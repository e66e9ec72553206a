using System.Globalization;
using System.Net;
using BrowserFarm.Api.Access;
using BrowserFarm.Jobs;
using FsCheck;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Api.Access;

/// <summary>However an address of a refused range is spelled: it is no address of a page, or it is refused.</summary>
public sealed class AddressSpellingProperties
{
    private static readonly (uint First, int Prefix)[] Refused =
    [
        (0x00000000, 8), (0x0A000000, 8), (0x64400000, 10), (0x7F000000, 8), (0xA9FE0000, 16), (0xAC100000, 12), (0xC0000000, 24), (0xC0000200, 24),
        (0xC0586300, 24), (0xC0A80000, 16), (0xC6120000, 15), (0xC6336400, 24), (0xCB007100, 24), (0xE0000000, 4), (0xF0000000, 4), (0xA9FEA9FE, 32),
    ];

    private readonly AddressGuard _guard = new(new AddressOptions(), TimeProvider.System);

    [Fact]
    public void JudgeSpelling_AnySpellingOfAnIPv4AddressInARefusedRange_IsNeverAllowed() => ForAll.Values(
        from range in Gen.Elements(Refused)
        from within in ArbMap.Default.GeneratorFor<uint>()
        let address = range.Prefix == 32 ? range.First : range.First | (within & (uint.MaxValue >> range.Prefix))
        from host in SpellingOf(address)
        from port in Gen.Elements("", ":80", ":8443")
        select $"http://{host}{port}/",
        url =>
        {
            if (CanonicalUrl.TryParse(url, out var canonical, out _))
                _guard.JudgeSpelling(canonical).Should().BeOfType<AddressVerdict.Refused>("{0} is {1}", url, canonical);
        },
        count: 5000);

    [Fact]
    public void JudgeSpelling_PlainSpellings_AreTakenForAddresses() => ForAll.Values(
        from address in ArbMap.Default.GeneratorFor<uint>()
        from parts in Gen.Choose(1, 4)
        from bases in Gen.Elements(8, 10, 16).ArrayOf(4)
        select (address, host: Parts(address, parts).Zip(bases, (value, numberBase) => Number(value, numberBase, zeros: 0)).Aggregate((a, b) => $"{a}.{b}")),
        sample => CanonicalUrl.Parse($"http://{sample.host}/").ToUri().Host.Should().Be(ToAddress(sample.address).ToString()),
        count: 2000);

    [Fact]
    public void JudgeSpelling_AnythingThatIsNoName_IsDecidedWithoutALookUp() => ForAll.Values(
        Gen.Elements("127", "1", "0", "0x7f", "0177", ".", "..", "%2e", "１", "。", "localhost", "a", "%", "0x", "-", "ⅷ", "[", "]", ":", "::ffff:", "%25", "@", "\\", "256", "4294967296").ArrayOf().Select(string.Concat),
        host =>
        {
            if (!CanonicalUrl.TryParse($"http://{host}/", out var url, out _))
                return;

            var name = url.ToUri().IdnHost.TrimEnd('.');
            var last = name.Split('.')[^1];
            if (_guard.JudgeSpelling(url) is null)
                last.All(c => char.IsAsciiDigit(c)).Should().BeFalse("{0} may be read as an address", url);
        },
        count: 5000);

    /// <summary>Decimal, octal, hexadecimal, fewer parts, zeros, a dot at the end, fullwidth or encoded characters; or one of the forms in IPv6.</summary>
    private static Gen<string> SpellingOf(uint address)
    {
        var high = (address >> 16).ToString("x", CultureInfo.InvariantCulture);
        var low = (address & 0xFFFF).ToString("x", CultureInfo.InvariantCulture);
        var plain = ToAddress(address);
        var version6 = Gen.Elements(
            $"[::ffff:{plain}]", $"[::ffff:{high}:{low}]", $"[0:0:0:0:0:ffff:{high}:{low}]", $"[::{plain}]", $"[64:ff9b::{plain}]", $"[64:ff9b::{high}:{low}]", $"[64:ff9b:1::{high}:{low}]",
            $"[2002:{high}:{low}::]", $"[2002:{high}:{low}:1:2:3:4:5]", $"[2001:0:{high}:{low}::1]", $"[::ffff:0:{plain}]", $"[::FFFF:{plain}]");
        var version4 =
            from count in Gen.Choose(1, 4)
            from bases in Gen.Elements(8, 10, 16).ArrayOf(4)
            from zeros in Gen.Choose(0, 3).ArrayOf(4)
            from dot in Gen.Elements("", "", ".", "。", "%2e")
            from disguise in Gen.Choose(0, 3).ArrayOf(64)
            let host = string.Join('.', Parts(address, count).Select((value, i) => Number(value, bases[i], zeros[i])))
            select string.Concat(host.Select((c, i) => Disguised(c, disguise[i % disguise.Length]))) + dot;
        return Gen.Frequency((4, version4), (1, version6));
    }

    private static string Disguised(char c, int how) => how switch
    {
        1 => ((char)(c - '!' + '\uFF01')).ToString(),
        2 => $"%{(int)c:x2}",
        3 when c == '.' => "。",
        3 => char.ToUpperInvariant(c).ToString(),
        _ => c.ToString(),
    };

    private static string Number(uint value, int numberBase, int zeros) => numberBase switch
    {
        8 => "0" + new string('0', zeros) + Convert.ToString(value, 8),
        16 => "0x" + new string('0', zeros) + value.ToString("x", CultureInfo.InvariantCulture),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The first parts a byte each, the last one the rest.</summary>
    private static IEnumerable<uint> Parts(uint address, int count) =>
        Enumerable.Range(0, count - 1).Select(i => (address >> (24 - (8 * i))) & 0xFF).Append(count == 1 ? address : address & (uint.MaxValue >> (8 * (count - 1))));

    private static IPAddress ToAddress(uint address) => new([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]);
}
