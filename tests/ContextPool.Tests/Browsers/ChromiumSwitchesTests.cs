using ContextPool.Browsers;

namespace ContextPool.Tests.Browsers;

public sealed class ChromiumSwitchesTests
{
    private const string DisableFeatures = "--disable-features=";

    [Fact]
    public void For_NoWishes_EndsWithOneListOfDisabledFeatures()
    {
        var switches = ChromiumSwitches.For(new LaunchProfile());

        switches.Where(one => one.StartsWith("--disable-features", StringComparison.Ordinal)).Should().ContainSingle();
        switches[^1].Should().StartWith(DisableFeatures);
        FeaturesOf(switches).Should().Contain(ChromiumSwitches.PlaywrightDisabledFeatures).And.Contain("SpareRendererForSitePerProcess");
    }

    [Fact]
    public void For_ProfileDisablesFeaturesToo_MergesThemIntoTheOneListAtTheEnd()
    {
        var profile = new LaunchProfile { Args = [DisableFeatures + "Mine,Translate", "--lang=de", DisableFeatures, DisableFeatures + "Other,,Mine"] };

        var switches = ChromiumSwitches.For(profile);

        switches.Count(one => one.StartsWith("--disable-features", StringComparison.Ordinal)).Should().Be(1);
        FeaturesOf(switches).Should().Contain(["Mine", "Other", "Translate", "PaintHolding"]).And.OnlyHaveUniqueItems().And.NotContain("");
        switches.Should().Contain("--lang=de");
    }

    [Fact]
    public void For_ProfilesOwnSwitches_ComeAfterOursSoThatTheyWin()
    {
        var switches = ChromiumSwitches.For(new LaunchProfile { Args = ["--js-flags=--max-old-space-size=64"] }).ToList();

        switches.FindLastIndex(one => one.StartsWith("--js-flags", StringComparison.Ordinal))
            .Should().Be(switches.IndexOf("--js-flags=--max-old-space-size=64"));
    }

    [Fact]
    public void For_AnyProfile_NeverSwitchesTheSandboxOff() =>
        ChromiumSwitches.For(new LaunchProfile { Sandbox = SandboxMode.Off }).Should().NotContain(one => one.Contains("sandbox", StringComparison.Ordinal));

    private static string[] FeaturesOf(IReadOnlyList<string> switches) => switches[^1][DisableFeatures.Length..].Split(',');

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void For_Popups_AreBlockedUnlessWanted(bool popups) =>
        ChromiumSwitches.For(new LaunchProfile { Popups = popups }).Contains("--block-new-web-contents").Should().Be(!popups);
}
