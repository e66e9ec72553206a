using BrowserFarm.Storage;
using TestKit;

namespace BrowserFarm.Tests.Storage;

public sealed class CrawlFolderTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("crawls/one")]
    [InlineData("crawls/one/")]
    [InlineData("crawls/../crawls/./one//")]
    public void Create_NewFolder_IsNamedByItsLastPart(string path)
    {
        using var folder = CrawlFolder.Create(_temp.Combine(path));

        folder.Name.Should().Be("one");
        folder.Path.Should().Be(_temp.Combine("crawls/one"));
        Directory.Exists(folder.Path).Should().BeTrue();
    }

    [Fact]
    public void Create_WhileAnotherHasIt_IsRefused()
    {
        using var first = CrawlFolder.Create(_temp.Combine("one"));

        FluentActions.Invoking(() => CrawlFolder.Create(first.Path)).Should().Throw<CrawlFolderException>().WithMessage($"*{first.Path}*another program*");
    }

    [Fact]
    public void Dispose_FolderThatWasWorkedOn_TakesItsStatusAway()
    {
        var folder = CrawlFolder.Create(_temp.Combine("one"));
        folder.OfRun("run").WriteStatus("{}"u8.ToArray());
        CrawlFolder.ReadStatus(folder.Path).Should().NotBeNull();

        folder.Dispose();
        folder.Dispose();

        CrawlFolder.ReadStatus(folder.Path).Should().BeNull("nobody works on it any more");
    }

    [Fact]
    public void OfRun_TwoRuns_HaveFilesOfTheirOwnAndShareTheRest()
    {
        using var folder = CrawlFolder.Create(_temp.Combine("one"));

        var first = folder.OfRun("2026-11-26T03-00-00Z");
        var second = folder.OfRun("2026-11-27T03-00-00Z");
        first.MarkSitemapsRead();
        first.Dispose();

        first.ResultsPath.Should().Be(_temp.Combine("one/runs/2026-11-26T03-00-00Z/results.ndjson"));
        first.FailuresPath.Should().Be(_temp.Combine("one/runs/2026-11-26T03-00-00Z/failures.ndjson"));
        first.DatabasePath.Should().Be(folder.DatabasePath);
        (first.SitemapsAreRead, second.SitemapsAreRead, folder.SitemapsAreRead).Should().Be((true, false, false));
        FluentActions.Invoking(() => CrawlFolder.Create(folder.Path)).Should().Throw<CrawlFolderException>("disposing a run lets go of nothing").WithMessage("*another program*");
    }

    [Fact]
    public void Discard_FolderThatWasThereWithRuns_TakesOnlyWhatIsOurs()
    {
        Directory.CreateDirectory(_temp.Combine("one/runs/theirs"));
        var folder = CrawlFolder.Create(_temp.Combine("one"));
        File.WriteAllText(folder.OfRun("ours").ResultsPath, "");

        folder.Discard();

        Directory.EnumerateFileSystemEntries(_temp.Combine("one"), "*", SearchOption.AllDirectories).Should().BeEquivalentTo(_temp.Combine("one/runs"), _temp.Combine("one/runs/theirs"));
    }

    [Fact]
    public void Open_WhileAnotherHasIt_IsRefusedAndThenAllowed()
    {
        var first = CrawlFolder.Create(_temp.Combine("one"));
        File.WriteAllText(first.DatabasePath, "");
        var open = () => CrawlFolder.Open(first.Path);
        open.Should().Throw<CrawlFolderException>().WithMessage($"*{first.Path}*another program*");

        first.Dispose();

        using var second = open();
        second.Path.Should().Be(first.Path);
    }

    [Theory]
    [InlineData("crawl.db", "*--resume*")]
    [InlineData("results.ndjson", "*results.ndjson*another crawl*")]   // its numbers would be taken for ours, and as many of our results left out
    public void Create_FolderOfAnotherCrawl_IsRefusedAndLeftAlone(string file, string message)
    {
        Directory.CreateDirectory(_temp.Combine("one"));
        File.WriteAllText(_temp.Combine("one/" + file), "theirs");
        var create = () => CrawlFolder.Create(_temp.Combine("one"));

        create.Should().Throw<CrawlFolderException>().WithMessage(message);
        create.Should().Throw<CrawlFolderException>("the lock was let go of again").WithMessage(message);
        File.ReadAllText(_temp.Combine("one/" + file)).Should().Be("theirs");
    }

    [Fact]
    public void Open_NothingThere_SaysSoAndMakesNothing()
    {
        FluentActions.Invoking(() => CrawlFolder.Open(_temp.Combine("none"))).Should().Throw<CrawlFolderException>().WithMessage("*no crawl to resume*");

        Directory.Exists(_temp.Combine("none")).Should().BeFalse();
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    [InlineData("")]
    [InlineData("\0")]
    public void Create_PathThatCannotBeAFolder_SaysSo(string name)
    {
        File.WriteAllText(_temp.Combine("file"), "");
        var path = name.Length > 1 ? _temp.Combine(name) : name;

        FluentActions.Invoking(() => CrawlFolder.Create(path)).Should().Throw<CrawlFolderException>();
        FluentActions.Invoking(() => CrawlFolder.Open(path)).Should().Throw<CrawlFolderException>();
    }

    [Fact]
    public void Create_FolderThatTakesNoFiles_SaysSo()
    {
        // As root nothing is forbidden; /proc takes no files from anybody.
        FluentActions.Invoking(() => CrawlFolder.Create("/proc/browserfarm")).Should().Throw<CrawlFolderException>().WithMessage("*/proc/browserfarm*--out*");
    }
}
