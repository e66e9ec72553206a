using ContextPool.Diagnostics;

namespace ContextPool.Tests.Diagnostics;

public sealed class BrowserTraitsTests
{
    [Theory]
    [InlineData("NSpid:\t1234\t7\nSeccomp:\t2\n", true)]
    [InlineData("NSpid:\t1234\nSeccomp:\t2\n", false)]   // a container's filter, no namespace of its own
    [InlineData("NSpid:\t1234\t7\nSeccomp:\t0\n", false)]
    [InlineData("", false)]
    public void IsSandboxed_BothLayers_AreNeeded(string status, bool expected) => BrowserTraits.IsSandboxed(status).Should().Be(expected);

    [Fact]
    public void SwitchesOf_CommandLine_AreTheArgumentsWithTwoHyphens() =>
        BrowserTraits.SwitchesOf("/usr/bin/chromium\0--headless\0--user-data-dir=/tmp/a b\0about:blank\0").Should().Equal("--headless", "--user-data-dir=/tmp/a b");

    [Fact]
    public void Read_ProcessThatIsGone_IsNull() => BrowserTraits.Read(int.MaxValue).Should().BeNull();
}
