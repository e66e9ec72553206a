using BrowserFarm.Cli;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Cli;

public sealed class HttpPairsTests
{
    [Theory]
    [InlineData("X-Api-Key: abc", "X-Api-Key", "abc")]
    [InlineData("Authorization:Basic a:b=", "Authorization", "Basic a:b=")]
    public void Header_NameAndValue_AreRead(string text, string name, string value) => HttpPairs.Header(text).Should().Be(new HttpPair(name, value));

    [Theory]
    [InlineData("no colon")]
    [InlineData(": value")]
    [InlineData("X-Empty:")]
    [InlineData("two words: value")]
    [InlineData("X: a\r\nY: b")]
    [InlineData("X: ü")]
    [InlineData("Host: x")]
    [InlineData("cookie: a=b")]
    [InlineData("Proxy-Authorization: x")]
    public void Header_AnythingElse_IsRefused(string text) => FluentActions.Invoking(() => HttpPairs.Header(text)).Should().Throw<FormatException>().WithMessage("--header*");

    [Theory]
    [InlineData("session=abc", "session", "abc")]
    [InlineData("token=a=b==", "token", "a=b==")]
    [InlineData("empty=", "empty", "")]
    public void Cookie_NameAndValue_AreRead(string text, string name, string value) => HttpPairs.Cookie(text).Should().Be(new HttpPair(name, value));

    [Theory]
    [InlineData("name")]
    [InlineData("=value")]
    [InlineData("a b=c")]
    [InlineData("a=b; path=/")]
    [InlineData("a=b c")]
    [InlineData("a=ü")]
    public void Cookie_AnythingElse_IsRefused(string text) => FluentActions.Invoking(() => HttpPairs.Cookie(text)).Should().Throw<FormatException>().WithMessage("--cookie*");
}
