using BrowserFarm.Operations.Audit;
using ContextPool.Diagnostics;

namespace BrowserFarm.Tests.Operations.Audit;

public sealed class BrowserAuditTests
{
    private static readonly string[] Usual = ["--disable-quic", "--webrtc-ip-handling-policy=disable_non_proxied_udp", "--js-flags=--max-old-space-size=512", "--disable-background-networking"];

    [Fact]
    public void Judge_UsualSwitchesAndEveryRendererSandboxed_IsOk() =>
        Judge(renderers: 3, sandboxed: 3).Should().OnlyContain(finding => finding.Grade == FindingGrade.Ok);

    [Fact]
    public void Judge_RendererOutsideOfTheSandbox_Fails() =>
        Judge(renderers: 3, sandboxed: 2).Should().ContainSingle(finding => finding.Grade == FindingGrade.Failed)
            .Which.Text.Should().Contain("1 of 3");

    [Fact]
    public void Judge_NoSandbox_IsSaidWithTheRemedy() =>
        Judge(renderers: 1, sandboxed: 0, "--no-sandbox").Should().ContainSingle(finding => finding.Grade == FindingGrade.Warning)
            .Which.Should().Match<Finding>(finding => finding.Subject == "sandbox" && finding.Remedy != null);

    [Theory]
    [InlineData("--disable-web-security")]
    [InlineData("--single-process")]
    [InlineData("--remote-debugging-port=9222")]
    [InlineData("--load-extension=/tmp/x")]
    public void Judge_DangerousSwitch_IsNamed(string given) =>
        Judge(renderers: 1, sandboxed: 1, given).Should().ContainSingle(finding => finding.Grade == FindingGrade.Warning)
            .Which.Text.Should().Contain(given.Split('=')[0]);

    [Fact]
    public void Judge_SwitchThatOnlyBeginsAlike_IsNotDangerous() =>
        Judge(renderers: 1, sandboxed: 1, "--no-sandbox-and-more", "--remote-debugging-pipe").Should().OnlyContain(finding => finding.Grade == FindingGrade.Ok);

    [Fact]
    public void Judge_SwitchesDroppedOnTheWay_IsSaid() =>
        BrowserAudit.Judge(new BrowserTraits(["--headless"], 1, 1)).Should().ContainSingle(finding => finding.Subject == "switches")
            .Which.Text.Should().Contain("without --disable-quic");

    private static IReadOnlyList<Finding> Judge(int renderers, int sandboxed, params string[] more) =>
        BrowserAudit.Judge(new BrowserTraits([.. Usual, .. more], renderers, sandboxed));
}
