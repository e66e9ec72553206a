using System.Text;
using System.Text.Json;
using BrowserFarm.Storage;
using TestKit;

namespace BrowserFarm.Tests.Storage;

public sealed class NdjsonFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string FilePath => _folder.Combine("results.ndjson");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AppendAsync_SeveralDocuments_WritesALineEach()
    {
        await using (var file = NdjsonFile.Open(FilePath))
        {
            file.LastSequence.Should().Be(0);
            await AppendAsync(file, 1, "{\"a\":1}");
            await AppendAsync(file, 7, "{}");
            file.LastSequence.Should().Be(7);
            (await File.ReadAllTextAsync(FilePath)).Should().Be("{\"seq\":1,\"a\":1}\n{\"seq\":7}\n", "others read along");
        }

        await using var again = NdjsonFile.Open(FilePath);
        again.LastSequence.Should().Be(7);
        await AppendAsync(again, 8, "{\"b\":2}");
        (await File.ReadAllLinesAsync(FilePath)).Should().HaveCount(3).And.EndWith("{\"seq\":8,\"b\":2}");
    }

    [Theory]
    [InlineData("", 0, "")]
    [InlineData("{\"seq\":1}\n", 1, "{\"seq\":1}\n")]
    [InlineData("{\"seq\":1}\n{\"seq\":2,\"a\"", 1, "{\"seq\":1}\n")]             // half a line
    [InlineData("{\"seq\":1}\n{\"seq\":2}", 1, "{\"seq\":1}\n")]                    // a whole one but for its end
    [InlineData("{\"se", 0, "")]
    [InlineData("{\"seq\":1}\n{\"seq\":2,\"a\n", 1, "{\"seq\":1}\n")]
    [InlineData("{\"seq\":1}\n\0\0\0\0\0\n\0\0", 1, "{\"seq\":1}\n")]               // after a power cut
    [InlineData("{\"seq\":1}\n\n\n", 1, "{\"seq\":1}\n")]
    [InlineData("{\"seq\":1}\nnull\n[]\n\"x\"\n{}\n{\"seq\":\"2\"}\n{\"seq\":1.5}\n{\"seq\":null}\n", 1, "{\"seq\":1}\n")]
    [InlineData("{\"seq\":99999999999999999999999}\n", 0, "")]
    [InlineData("\uFEFF\n", 0, "")]
    public async Task Open_FileAsFound_CutsOffWhatIsNotWhole(string content, long last, string kept)
    {
        await File.WriteAllTextAsync(FilePath, content);

        await using (var file = NdjsonFile.Open(FilePath))
            file.LastSequence.Should().Be(last);

        (await File.ReadAllTextAsync(FilePath)).Should().Be(kept);
    }

    [Theory]
    [InlineData(64 * 1024 - 1)]
    [InlineData(64 * 1024)]
    [InlineData(64 * 1024 + 1)]
    [InlineData(5_000_000)]
    public async Task Open_HugeLines_FindsTheLastWholeOne(int length)
    {
        await using (var file = NdjsonFile.Open(FilePath))
        {
            await AppendAsync(file, 1, "{\"a\":1}");
            await AppendAsync(file, 2, $"{{\"a\":\"{new string('x', length)}\"}}");
        }

        await File.AppendAllTextAsync(FilePath, "{\"seq\":3,\"a\":\"" + new string('y', length));

        await using var again = NdjsonFile.Open(FilePath);
        again.LastSequence.Should().Be(2);
        File.ReadLines(FilePath).Should().HaveCount(2);
    }

    [Fact]
    public async Task AppendAsync_CalledOff_LeavesNoHalfLine()
    {
        await using (var file = NdjsonFile.Open(FilePath))
        {
            await AppendAsync(file, 1, "{\"a\":1}");
            var cancelled = () => file.AppendAsync(2, "{\"a\":2}"u8.ToArray(), new CancellationToken(canceled: true));
            await cancelled.Should().ThrowAsync<OperationCanceledException>();
            await AppendAsync(file, 2, "{\"a\":2}");
        }

        (await File.ReadAllTextAsync(FilePath)).Should().Be("{\"seq\":1,\"a\":1}\n{\"seq\":2,\"a\":2}\n");
    }

    [Fact]
    public async Task AppendAsync_CalledOffAtAnyMoment_WritesWholeLinesOnly()
    {
        var json = Encoding.UTF8.GetBytes($"{{\"a\":\"{new string('x', 300_000)}\"}}");
        long next = 1;
        await using (var file = NdjsonFile.Open(FilePath))
        {
            for (var round = 0; round < 100; round++)
            {
                using var cancelled = new CancellationTokenSource();
                var cancelling = Task.Run(cancelled.Cancel);
                try
                {
                    await file.AppendAsync(next, json, cancelled.Token);
                    next++;
                }
                catch (OperationCanceledException)
                {
                    // Tried again, as the export does.
                }

                await cancelling;
            }

            await file.AppendAsync(next, json, default);
        }

        var sequences = File.ReadLines(FilePath).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("seq").GetInt64());
        sequences.Should().Equal(Enumerable.Range(1, (int)next).Select(number => (long)number));
    }

    [Fact]
    public void Open_FolderThere_FailsAsAFileDoes()
    {
        Directory.CreateDirectory(FilePath);

        FluentActions.Invoking(() => NdjsonFile.Open(FilePath)).Should().Throw<Exception>().Which.Should().Match<Exception>(
            exception => exception is IOException || exception is UnauthorizedAccessException);
    }

    private static Task AppendAsync(NdjsonFile file, long sequence, string json) => file.AppendAsync(sequence, Encoding.UTF8.GetBytes(json), default);
}
