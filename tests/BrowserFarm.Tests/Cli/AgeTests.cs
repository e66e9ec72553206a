using BrowserFarm.Cli;

namespace BrowserFarm.Tests.Cli;

public sealed class AgeTests
{
    [Theory]
    [InlineData("45s", 45)]
    [InlineData("30m", 1800)]
    [InlineData("6h", 21_600)]
    [InlineData("2d", 172_800)]
    [InlineData("3650d", 315_360_000)]
    public void TryParse_NumberAndUnit_IsThatLong(string text, int seconds)
    {
        Age.TryParse(text, out var age).Should().BeTrue();

        age.Should().Be(TimeSpan.FromSeconds(seconds));
        Age.Write(age).Should().Be(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("6")]
    [InlineData("h")]
    [InlineData("0h")]
    [InlineData("-1h")]
    [InlineData("+1h")]
    [InlineData(" 1h")]
    [InlineData("1.5h")]
    [InlineData("1H")]
    [InlineData("1w")]
    [InlineData("3651d")]
    [InlineData("2147483647d")]
    [InlineData("99999999999h")]
    [InlineData("٣h")]
    public void TryParse_AnythingElse_IsRefused(string text) => Age.TryParse(text, out _).Should().BeFalse();
}
