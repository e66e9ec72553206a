using BrowserFarm.Api.Access;

namespace BrowserFarm.Tests.Api.Access;

public sealed class HostCheckTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost.", true)]
    [InlineData("a.b.LocalHost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.1.2.3", true)]
    [InlineData("[::1]", true)]
    [InlineData("::1", true)]
    [InlineData("[::ffff:127.0.0.1]", true)]
    [InlineData("farm.example.org", true)]
    [InlineData("FARM.example.org.", true)]
    [InlineData("a.corp.example", true)]
    [InlineData("a.b.corp.example", true)]
    [InlineData("192.0.2.7", true)]
    [InlineData("[2001:db8:0::7]", true)]
    [InlineData("corp.example", false)]
    [InlineData("xcorp.example", false)]
    [InlineData("example.org", false)]
    [InlineData("x.farm.example.org", false)]
    [InlineData("192.0.2.8", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("notlocalhost", false)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("[]", false)]
    public void Allows_NamesOfTheServiceOnly(string host, bool expected) =>
        new HostCheck(["farm.example.org", "*.corp.example", "192.0.2.7", "2001:db8::7"]).Allows(host).Should().Be(expected);

    [Theory]
    [InlineData("evil.example")]
    [InlineData("")]
    public void Allows_Star_TurnsTheCheckOff(string host) => new HostCheck(["*"]).Allows(host).Should().BeTrue();

    [Theory]
    [InlineData("farm.example.org:8080")]
    [InlineData("http://farm.example.org")]
    [InlineData("farm.*")]
    [InlineData("**")]
    [InlineData("")]
    [InlineData("a..b")]
    public void Constructor_AnythingElse_IsRefusedByName(string entry)
    {
        var act = () => new HostCheck([entry]);

        act.Should().Throw<FormatException>().WithMessage($"{entry.Replace("*", "?")}*no host name*");
    }
}
