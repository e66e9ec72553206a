using System.Text;
using System.Text.Json;
using BrowserFarm.Queueing;
using BrowserFarm.Storage.Exports;

namespace BrowserFarm.Tests.Storage.Exports;

public sealed class JsonResultsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task WriteAsync_AsArray_IsOneDocument(int count)
    {
        using var json = JsonDocument.Parse(await TextAsync(count, asArray: true));

        json.RootElement.EnumerateArray().Select(page => (page.GetProperty("seq").GetInt64(), page.GetProperty("title").GetString()))
            .Should().Equal(Enumerable.Range(1, count).Select(number => ((long)number, (string?)$"{number}")));
    }

    [Fact]
    public async Task WriteAsync_AsLines_IsADocumentALine()
    {
        var text = await TextAsync(3, asArray: false);

        text.Should().EndWith("}\n");
        text.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("seq").GetInt64()).Should().Equal(1, 2, 3);
    }

    private static async Task<string> TextAsync(int count, bool asArray)
    {
        using var stream = new MemoryStream();
        await using (var json = new JsonResults(stream, asArray))
        {
            for (var number = 1; number <= count; number++)
                await json.WriteAsync(new StoredResult(number, Some.Page(title: $"{number}")), default);
            await json.CompleteAsync(default);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
