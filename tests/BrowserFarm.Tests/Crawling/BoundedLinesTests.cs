using BrowserFarm.Crawling;

namespace BrowserFarm.Tests.Crawling;

public sealed class BoundedLinesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("a\rb\n\nc", "a|b||c")]
    [InlineData("\n", "")]
    [InlineData("12345\n", "12345")]
    [InlineData("123456\n7", "12345!|7")]
    [InlineData("1234567890", "12345!")]
    public async Task ReadAsync_AnyText_IsCutIntoLines(string text, string expected)
    {
        using var reader = new StringReader(text);
        var lines = new List<string>();
        await foreach (var line in BoundedLines.ReadAsync(reader, maxLength: 5, default))
            lines.Add(line.Text + (line.IsCut ? "!" : ""));

        string.Join('|', lines).Should().Be(expected);
    }

    [Fact]
    public async Task ReadAsync_LineAcrossBuffers_IsWhole()
    {
        var text = new string('x', 8191) + "\r\n" + new string('y', 20_000);
        using var reader = new StringReader(text);
        var lengths = new List<int>();
        await foreach (var line in BoundedLines.ReadAsync(reader, maxLength: 100_000, default))
            lengths.Add(line.Text.Length);

        lengths.Should().Equal(8191, 20_000);
    }
}
