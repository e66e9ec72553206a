using System.IO.Compression;
using System.Text;
using BrowserFarm.Storage;
using TestKit;

namespace BrowserFarm.Tests.Storage;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ArtifactStore _store;

    public ArtifactStoreTests() => _store = new ArtifactStore(_temp.Path);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task StoreAsync_SameContent_IsThereOnce()
    {
        var first = await StoreAsync("png", "a picture");
        var again = await StoreAsync("png", "a picture");
        var other = await StoreAsync("png", "another");

        again.Should().Be(first).And.MatchRegex("^artifacts/[0-9a-f]{2}/[0-9a-f]{64}\\.png$");
        other.Should().NotBe(first);
        Files().Should().HaveCount(2);
        (await File.ReadAllTextAsync(_temp.Combine(first))).Should().Be("a picture");
    }

    [Theory]
    [InlineData("png", ".png")]
    [InlineData("pdf", ".pdf")]
    [InlineData("raw", ".html.gz")]
    [InlineData("mhtml", ".mhtml.gz")]
    [InlineData("har", ".har.gz")]
    [InlineData("after.login.jpeg", ".jpeg")]
    public async Task StoreAsync_Formats_HaveTheirEndings(string format, string ending) => (await StoreAsync(format, "x")).Should().MatchRegex("^[^.]+" + ending.Replace(".", "\\.", StringComparison.Ordinal) + "$");

    [Theory]
    [InlineData("raw")]
    [InlineData("har")]
    public async Task StoreAsync_Text_IsPackedAndWhole(string format)
    {
        var text = string.Concat(Enumerable.Repeat("<p>the same again</p>", 10_000));

        var path = _temp.Combine(await StoreAsync(format, text));

        new FileInfo(path).Length.Should().BeLessThan(text.Length / 20);
        await using var unpacked = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        (await reader.ReadToEndAsync()).Should().Be(text);
    }

    [Fact]
    public async Task StoreAsync_ManyAtOnceOfTheSame_AgreeAndLeaveOneFile()
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);

        var paths = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => _store.StoreAsync("png", content, default))));

        paths.Distinct().Should().ContainSingle();
        Files().Should().ContainSingle();
        (await File.ReadAllBytesAsync(_temp.Combine(paths[0]))).Should().Equal(content);
    }

    [Fact]
    public async Task StoreAsync_CalledOff_LeavesNothing()
    {
        await _store.Invoking(store => store.StoreAsync("png", new byte[10], new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        Files().Should().BeEmpty();
    }

    [Fact]
    public async Task Bytes_FilesOfBeforeAndNow_AreCounted()
    {
        await StoreAsync("png", "12345");
        await StoreAsync("png", "12345");

        await File.WriteAllTextAsync(_temp.Combine("artifacts/0123.new"), "being written");

        var later = new ArtifactStore(_temp.Path);
        later.Bytes().Should().Be(5);
        await later.StoreAsync("pdf", "123"u8.ToArray(), default);
        later.Bytes().Should().Be(8);
        later.Remove(await later.StoreAsync("pdf", "123"u8.ToArray(), default));
        later.Bytes().Should().Be(5);
    }

    [Fact]
    public async Task Remove_PathsOfItsOwn_AreRemovedAndNothingElse()
    {
        var path = await StoreAsync("png", "x");
        await File.WriteAllTextAsync(_temp.Combine("crawl.db"), "precious");

        _store.Remove("crawl.db");
        _store.Remove("artifacts/../crawl.db");
        _store.Remove("artifacts/00/nothing.png");
        _store.Remove(path);
        _store.Remove(path);

        File.Exists(_temp.Combine("crawl.db")).Should().BeTrue();
        File.Exists(_temp.Combine(path)).Should().BeFalse();
    }

    [Fact]
    public async Task RemoveUnfinished_HalfAFile_IsGone()
    {
        var whole = await StoreAsync("png", "x");
        await File.WriteAllTextAsync(_temp.Combine("artifacts/0123.new"), "hal");

        _store.RemoveUnfinished();

        Files().Should().Equal(_temp.Combine(whole));
    }

    private Task<string> StoreAsync(string format, string content) => _store.StoreAsync(format, Encoding.UTF8.GetBytes(content), default);

    private string[] Files() => Directory.Exists(_temp.Combine("artifacts")) ? Directory.GetFiles(_temp.Combine("artifacts"), "*", SearchOption.AllDirectories) : [];
}
