using BrowserFarm.Cli;

namespace BrowserFarm.Tests.Cli;

public sealed class BrowserForesightTests
{
    [Theory]
    [InlineData("render https://example.com/")]
    [InlineData("render https://example.com/ --format pdf --no-sandbox")]
    [InlineData("crawl")]
    [InlineData("crawl https://example.com/ --max-pages 1")]
    [InlineData("crawl https://example.com/ --http *.pdf")]
    [InlineData("crawl --resume shop")]
    public void IsWanted_ReadsPagesInABrowser_IsTrue(string line) => BrowserForesight.IsWanted(line.Split(' ')).Should().BeTrue();

    [Theory]
    [InlineData("render")]
    [InlineData("render --help")]
    [InlineData("render https://example.com/ --http")]
    [InlineData("render https://example.com/ --http=true")]
    [InlineData("render https://example.com/ --engine auto")]
    [InlineData("crawl https://example.com/ --engine=http")]
    [InlineData("crawl https://example.com/ --every 1d")]
    [InlineData("crawl -h")]
    [InlineData("serve")]
    [InlineData("results crawl")]
    [InlineData("")]
    public void IsWanted_NoneOrNotYet_IsFalse(string line) => BrowserForesight.IsWanted(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Should().BeFalse();
}
