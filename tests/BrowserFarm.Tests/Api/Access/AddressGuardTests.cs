using System.Net;
using System.Net.Sockets;
using BrowserFarm.Api.Access;
using BrowserFarm.Jobs;
using TestKit;

namespace BrowserFarm.Tests.Api.Access;

public sealed class AddressGuardTests
{
    private readonly FakeLookup _lookup = new();
    private readonly ManualTimeProvider _time = new();

    private sealed class FakeLookup : INameLookup
    {
        public Dictionary<string, string[]> Names { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, int> Asked { get; } = new(StringComparer.Ordinal);
        public TaskCompletionSource? Gate { get; set; }

        public async Task<IReadOnlyList<IPAddress>> FindAsync(string name)
        {
            lock (Asked)
                Asked[name] = Asked.GetValueOrDefault(name) + 1;
            if (Gate is { } gate)
                await gate.Task;
            return Names.TryGetValue(name, out var addresses) ? [.. addresses.Select(IPAddress.Parse)] : throw new SocketException((int)SocketError.HostNotFound);
        }
    }

    private AddressGuard Guard(params string[] allowed) => Guard(_ => { }, allowed);

    private AddressGuard Guard(Action<AddressOptions> set, params string[] allowed)
    {
        var options = new AddressOptions();
        foreach (var entry in allowed)
            options.AllowedAddresses.Add(entry);
        set(options);
        return new AddressGuard(options, _lookup, _time);
    }

    private static async Task<bool> IsAllowedAsync(AddressGuard guard, string url) =>
        await guard.CheckAsync(CanonicalUrl.Parse(url), CancellationToken.None) is AddressVerdict.Allowed;

    [Theory]
    // loopback in every spelling that a browser reads as an address
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("127.0.1")]
    [InlineData("127.0.0.1.")]
    [InlineData("127.255.255.254")]
    [InlineData("0x7f.1")]
    [InlineData("0x7f000001")]
    [InlineData("0X7F.0x0.0x0.0x1")]
    [InlineData("2130706433")]
    [InlineData("0177.0.0.1")]
    [InlineData("017700000001")]
    [InlineData("0000000177.0.0.01")]
    [InlineData("127.0x1")]
    [InlineData("１２７.０.０.１")]
    [InlineData("１２７。１")]
    [InlineData("127｡0．0。1")]
    [InlineData("127%2e0%2E0%2e1")]
    [InlineData("%31%32%37.1")]
    [InlineData("%EF%BC%91%EF%BC%92%EF%BC%97.1")]
    [InlineData("[::1]")]
    [InlineData("[0:0:0:0:0:0:0:1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[0:0:0:0:0:ffff:7f00:0001]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[::ffff:0:127.0.0.1]")]
    [InlineData("[64:ff9b::127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[64:ff9b:1::7f00:1]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("[2001:0:7f00:1::]")]
    [InlineData("[2001:0:4136:e378:8000:63bf:80ff:fffe]")]
    // this network, private networks
    [InlineData("0")]
    [InlineData("0x")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("[::]")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("012.0.0.1")]
    [InlineData("167772161")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("192.168.1")]
    [InlineData("0xc0a80001")]
    [InlineData("[::ffff:192.168.0.1]")]
    [InlineData("[64:ff9b::10.0.0.1]")]
    [InlineData("[2002:0a00:0001::1]")]
    [InlineData("[fc00::1]")]
    [InlineData("[fd12:3456:789a::1]")]
    [InlineData("[fec0::1]")]
    [InlineData("[fe80::1]")]
    [InlineData("[febf::1]")]
    // metadata, link-local, shared
    [InlineData("169.254.169.254")]
    [InlineData("169.254.1.1")]
    [InlineData("2852039166")]
    [InlineData("0xa9fea9fe")]
    [InlineData("0251.0376.0251.0376")]
    [InlineData("[::ffff:a9fe:a9fe]")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("168.63.129.16")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("100.100.100.200")]
    // protocols, documentation, benchmarks, multicast, reserved
    [InlineData("192.0.0.1")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("4294967295")]
    [InlineData("[ff02::1]")]
    [InlineData("[100::1]")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:2::1]")]
    [InlineData("[2001:10::1]")]
    [InlineData("[3fff::1]")]
    [InlineData("[4000::1]")]
    [InlineData("[5f00::1]")]
    // names
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("lo%63alhost")]
    [InlineData("ｌｏｃａｌｈｏｓｔ")]
    [InlineData("a.localhost")]
    [InlineData("printer.local")]
    [InlineData("metadata.google.internal")]
    [InlineData("internal")]
    [InlineData("router.home.arpa")]
    [InlineData("intranet")]
    [InlineData("kubernetes.")]
    public async Task CheckAsync_NotPublic_IsRefusedOnEveryPort(string host)
    {
        foreach (var url in new[] { $"http://{host}/", $"https://{host}:8443/a?b" })
        {
            var verdict = await Guard().CheckAsync(CanonicalUrl.Parse(url), CancellationToken.None);

            verdict.Should().BeOfType<AddressVerdict.Refused>().Which.Reason.Should().Contain("--allow-address").And.Contain("--allow-private-network").And.EndWith(".");
            (await IsAllowedAsync(Guard(options => options.AllowPrivateNetwork = true), url)).Should().BeTrue();
        }

        _lookup.Asked.Should().BeEmpty("what is known needs no look-up");
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("1.1.1.1")]
    [InlineData("1.2.3")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.0.1.0")]
    [InlineData("192.167.255.255")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("[2606:4700::1111]")]
    [InlineData("[2001:4860:4860::8888]")]
    [InlineData("[2001:200::1]")]
    [InlineData("[::ffff:8.8.8.8]")]
    [InlineData("[64:ff9b::8.8.8.8]")]
    public async Task CheckAsync_PublicAddress_IsAllowed(string host) => (await IsAllowedAsync(Guard(), $"http://{host}/")).Should().BeTrue();

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("93.184.216.34 2606:2800:220:1::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("93.184.216.34 10.0.0.1", false)]
    [InlineData("93.184.216.34 fd00::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a9fe:a9fe", false)]
    [InlineData("64:ff9b::5db8:d822", true)]
    [InlineData("fe80::1", false)]
    public async Task CheckAsync_Name_IsAllowedWhenAllItsAddressesAre(string addresses, bool isAllowed)
    {
        _lookup.Names["a.example.org"] = addresses.Split(' ');

        var verdict = await Guard().CheckAsync(CanonicalUrl.Parse("https://A.example.org./x"), CancellationToken.None);

        (verdict is AddressVerdict.Allowed).Should().Be(isAllowed);
        if (verdict is AddressVerdict.Refused refused)
        {
            refused.Reason.Should().Contain("a.example.org").And.NotContainAny(addresses.Split(' '));
            refused.Detail.Should().Contain("which is");
        }
    }

    [Fact]
    public async Task CheckAsync_NameThatDoesNotResolve_IsAllowed() => (await IsAllowedAsync(Guard(), "https://nowhere.example/")).Should().BeTrue();

    [Fact]
    public async Task CheckAsync_SilentResolver_IsWaitedForOnlySoLong()
    {
        _lookup.Gate = new TaskCompletionSource();
        var checking = IsAllowedAsync(Guard(), "https://slow.example/");
        await Eventually.HoldsAsync(() => _lookup.Asked.Count == 1, Bounds.Short, "the name is asked for");
        checking.IsCompleted.Should().BeFalse();

        _time.Advance(TimeSpan.FromSeconds(3));

        (await checking.WaitAsync(Bounds.Short)).Should().BeTrue();
        _lookup.Gate.SetResult();
    }

    [Fact]
    public async Task CheckAsync_CallerGoesAway_LeavesTheOthersWaiting()
    {
        _lookup.Gate = new TaskCompletionSource();
        _lookup.Names["a.example"] = ["10.0.0.1"];
        var guard = Guard();
        using var gone = new CancellationTokenSource();
        var first = guard.CheckAsync(CanonicalUrl.Parse("https://a.example/"), gone.Token).AsTask();
        var second = IsAllowedAsync(guard, "https://a.example/");

        await gone.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        _lookup.Gate.SetResult();

        (await second.WaitAsync(Bounds.Short)).Should().BeFalse();
        _lookup.Asked["a.example"].Should().Be(1);
    }

    [Fact]
    public async Task CheckAsync_SameNameAgain_IsRememberedForAMinute()
    {
        _lookup.Names["a.example"] = ["93.184.216.34"];
        var guard = Guard();

        for (var i = 0; i < 5; i++)
            await IsAllowedAsync(guard, $"https://a.example/{i}");
        _lookup.Asked["a.example"].Should().Be(1);

        _lookup.Names["a.example"] = ["127.0.0.1"];
        _time.Advance(TimeSpan.FromMinutes(1));
        (await IsAllowedAsync(guard, "https://a.example/")).Should().BeFalse("it leads elsewhere now");
    }

    [Fact]
    public async Task FindAsync_ManyNames_RemembersTheLastOnesOnly()
    {
        var names = new RememberedNames(_lookup, new AddressOptions { RememberedNames = 3 }, _time);

        for (var i = 0; i < 10; i++)
            await names.FindAsync($"{i % 7}.example", CancellationToken.None);

        names.Count.Should().BeLessThanOrEqualTo(3);
    }

    [Theory]
    [InlineData("10.1.2.3", "http://10.1.2.3:99/", true)]
    [InlineData("10.1.2.3", "http://[::ffff:10.1.2.3]/", true)]
    [InlineData("10.1.2.3", "http://10.1.2.4/", false)]
    [InlineData("10.1.2.3", "http://[64:ff9b::10.1.2.3]/", false)]
    [InlineData("10.1.2.3:8080", "http://10.1.2.3:8080/", true)]
    [InlineData("10.1.2.3:8080", "http://10.1.2.3/", false)]
    [InlineData("10.1.0.0/16", "http://10.1.255.255/", true)]
    [InlineData("10.1.0.0/16", "http://10.2.0.0/", false)]
    [InlineData("10.1.0.0/16:443", "https://10.1.0.1/", true)]
    [InlineData("10.1.0.0/16:443", "http://10.1.0.1/", false)]
    [InlineData("192.168.4.0/22", "http://192.168.7.255/", true)]
    [InlineData("192.168.4.0/22", "http://192.168.8.0/", false)]
    [InlineData("fd00::1", "http://[fd00::1]:81/", true)]
    [InlineData("[fd00::1]", "http://[fd00::1]:81/", true)]
    [InlineData("[fd00::1]:80", "http://[fd00::1]/", true)]
    [InlineData("[fd00::1]:80", "http://[fd00::1]:81/", false)]
    [InlineData("fd00::/8", "http://[fdff::1]/", true)]
    [InlineData("[fd00::]/8:80", "http://[fdff::1]/", true)]
    [InlineData("[fd00::]/8:80", "http://[fdff::1]:81/", false)]
    [InlineData("0.0.0.0/0", "http://127.0.0.1/", true)]
    [InlineData("localhost", "http://localhost:5000/", true)]
    [InlineData("localhost", "http://localhost./", true)]
    [InlineData("localhost", "http://127.0.0.1/", false)]
    [InlineData("localhost:5000", "http://localhost:5001/", false)]
    [InlineData("Wiki", "http://wiki/", true)]
    [InlineData("*.corp", "http://a.b.corp/", true)]
    [InlineData("*.corp", "http://corp/", false)]
    [InlineData("*.corp", "http://evilcorp/", false)]
    [InlineData("*.corp:80", "http://a.corp:81/", false)]
    [InlineData("10.9.0.0/16", "http://a.corp/", true)]
    [InlineData("10.8.0.0/16", "http://a.corp/", false)]
    [InlineData("a.corp", "http://a.corp/", true)]
    public async Task CheckAsync_AllowList_AllowsWhatItNames(string entry, string url, bool isAllowed)
    {
        _lookup.Names["a.corp"] = ["10.9.0.1", "10.9.0.2"];
        _lookup.Names["a.b.corp"] = ["10.9.0.3"];

        (await IsAllowedAsync(Guard(entry), url)).Should().Be(isAllowed);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("10.1.0.1/16")]
    [InlineData("10.1.0.0/33")]
    [InlineData("10.1.0.0/-1")]
    [InlineData("10.1")]
    [InlineData("10.0.0.256")]
    [InlineData("http://a.corp")]
    [InlineData("a.corp:0")]
    [InlineData("a.corp:99999")]
    [InlineData("a.corp:")]
    [InlineData("*")]
    [InlineData("a.*.corp")]
    [InlineData("a/b")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[fd00::1]x")]
    public void Constructor_EntryThatIsNone_IsRefusedByName(string entry) =>
        FluentActions.Invoking(() => Guard("good.corp", entry)).Should().Throw<FormatException>().Which.Message.Should().Contain("--allow-address").And.NotContain("good.corp").And.Contain(entry);
}
