using BrowserFarm.Cli;

namespace BrowserFarm.Tests.Cli;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("1MB", 1_000_000)]
    [InlineData("20GB", 20_000_000_000)]
    [InlineData("2tb", 2_000_000_000_000)]
    public void TryParse_NumberAndUnit_IsThatMany(string text, long expected)
    {
        ByteSize.TryParse(text, out var bytes).Should().BeTrue();
        bytes.Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("0GB")]
    [InlineData("-1GB")]
    [InlineData("1.5GB")]
    [InlineData("1 GB")]
    [InlineData("100")]
    [InlineData("5KB")]
    [InlineData("1000000TB")]
    [InlineData("99999999999999999999GB")]
    public void TryParse_AnythingElse_IsNone(string text) => ByteSize.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData(0, "0.0 MB")]
    [InlineData(1_234_567, "1.2 MB")]
    [InlineData(20_060_000_000, "20.1 GB")]
    public void Write_Bytes_AreReadable(long bytes, string expected) => ByteSize.Write(bytes).Should().Be(expected);
}
