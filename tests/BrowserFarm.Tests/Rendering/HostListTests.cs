using BrowserFarm.Rendering.Blocking;

namespace BrowserFarm.Tests.Rendering;

public sealed class HostListTests
{
    [Fact]
    public void Parse_LinesOfAllKinds_AreHosts() => HostList.Parse(
        "# mine\nAds.Example # why\n\n  *.below.example.\n0.0.0.0 one.example two.example\n127.0.0.1\tlocalhost\n||rule.example^\n! a comment\r\nmüller.example\nads.example", "list")
        .Should().Equal("ads.example", "below.example", "one.example", "rule.example", "two.example", "xn--mller-kva.example");

    [Theory]
    [InlineData("example", "line 1 (example)")]
    [InlineData("a.example\nhttp://b.example/", "line 2 (http://b.example/)")]
    [InlineData("a_b c d.example", "line 1 (a_b), line 1 (c)")]
    [InlineData("a.example/path", "line 1 (a.example/path)")]
    [InlineData("||a.example^$script", "line 1 (||a.example^$script)")]
    [InlineData("10.0.0.1", "line 1 (10.0.0.1)")]
    [InlineData("*", "line 1 (*)")]
    [InlineData("a..example", "line 1 (a..example)")]
    public void Parse_LineThatIsNoHost_IsNamed(string text, string told) =>
        FluentActions.Invoking(() => HostList.Parse(text, "list")).Should().Throw<FormatException>().WithMessage($"list is not a list of hosts: {told}; a line is one host, like ads.example.");

    [Fact]
    public void Parse_TooMany_IsRefused() =>
        FluentActions.Invoking(() => HostList.Parse(string.Join('\n', Enumerable.Range(0, HostList.MaxHosts + 1).Select(i => $"h{i}.example")), "list"))
            .Should().Throw<FormatException>().WithMessage("list has 5001 hosts; at most 5000*");

    [Fact]
    public void Parse_NothingOrAnything_NeverThrowsAnythingElse()
    {
        HostList.Parse("", "list").Should().BeEmpty();
        var dice = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var text = new string(dice.GetItems("ab.*|^#! \n\t0ü\0\ud83c/-_".AsSpan(), dice.Next(60)));
            try
            {
                HostList.Parse(text, "list").Should().NotContain(host => Uri.CheckHostName(host) != UriHostNameType.Dns);
            }
            catch (FormatException)
            {
                // told
            }
        }
    }

    [Fact]
    public void Trackers_OwnList_IsSortedIntoNothingElseAndHasNoSiteInIt()
    {
        HostList.Trackers.Should().HaveCountGreaterThan(70).And.Contain("doubleclick.net");
        HostList.Trackers.Should().NotContain(host => host == "facebook.com" || host == "google.com" || host == "twitter.com" || host == "linkedin.com");
    }
}
