using BrowserFarm.Cli;

namespace BrowserFarm.Tests.Cli;

public sealed class UrlInputTests
{
    [Fact]
    public async Task ReadAsync_ArgumentsAndList_GivesEachOnceInOrder()
    {
        var urls = await ReadAsync("\uFEFF# a list\r\n\r\n https://a.example/2 \r\nhttps://a.example/1\n", "https://a.example/1");

        urls.Should().Equal("https://a.example/1", "https://a.example/2");
    }

    [Fact]
    public async Task ReadAsync_AddressOfAMegabyte_IsRefusedInFewWords()
    {
        var read = () => ReadAsync($"https://a.example/1\nhttps://a.example/{new string('x', 1 << 20)}\n");

        var message = (await read.Should().ThrowAsync<FormatException>()).Which.Message;
        message.Should().Contain("input line 2").And.Contain("1048594 characters long; at most 8192");
        message.Length.Should().BeLessThan(400);
    }

    [Fact]
    public async Task ReadAsync_LineWithoutEnd_IsRefusedInBoundedMemory()
    {
        using var endless = new StreamReader(new ZeroStream());

        var read = () => UrlInput.ReadAsync([], "-", endless, default);

        await read.Should().ThrowAsync<FormatException>().WithMessage("The input is no list of URLs: line 1 is longer than 2000000 characters.");
    }

    [Fact]
    public async Task ReadAsync_ManyMistakes_ShowsAFewAndCountsTheRest()
    {
        var read = () => ReadAsync(string.Concat(Enumerable.Range(0, 1000).Select(number => $"mistake{number}\n")));

        (await read.Should().ThrowAsync<FormatException>()).Which.Message.Should().Contain("mistake4").And.NotContain("mistake5").And.EndWith("And 995 more.");
    }

    private static async Task<IEnumerable<string>> ReadAsync(string list, params string[] arguments)
    {
        using var input = new StringReader(list);
        return (await UrlInput.ReadAsync(arguments, "-", input, default)).Select(url => url.Value);
    }

    private sealed class ZeroStream : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Clear();
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));
    }
}
