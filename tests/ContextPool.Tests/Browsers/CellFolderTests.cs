using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests.Browsers;

public sealed class CellFolderTests : IDisposable
{
    private static readonly ProcessIdentity Driver = new(int.MaxValue - 1, 111);
    private static readonly ProcessIdentity Browser = new(int.MaxValue, 222);

    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Create_RootMissing_MakesBothForThisUserOnlyAndNamesTheProgram()
    {
        var root = _root.Combine("work");

        var folder = CellFolder.Create(root);

        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.GetUnixFileMode(root).Should().Be(Private);
        File.GetUnixFileMode(folder.Path).Should().Be(Private);
        CellFolder.In(root).Should().ContainSingle().Which.Should().Match<(CellFolder Folder, ProcessIdentity Owner)>(
            found => found.Owner == ProcessIdentity.OfThisProgram && found.Folder.Path == folder.Path);
    }

    [Fact]
    public void Create_Twice_AreTwoFolders() =>
        CellFolder.Create(_root.Path).Path.Should().NotBe(CellFolder.Create(_root.Path).Path);

    [Fact]
    public void Create_RootIsAFile_Throws()
    {
        File.WriteAllText(_root.Combine("file"), "");

        FluentActions.Invoking(() => CellFolder.Create(_root.Combine("file"))).Should().Throw<IOException>().WithMessage("*file*");
    }

    [Fact]
    public void In_RootMissing_IsEmpty() => CellFolder.In(_root.Combine("missing")).Should().BeEmpty();

    [Theory]
    [InlineData("cell-12-345-6", true)]
    [InlineData("cell-12-345", false)]
    [InlineData("cell-12-345-6-7", false)]
    [InlineData("cell-12-x-6", false)]
    [InlineData("cell-x-345-6", false)]
    [InlineData("cell-+12-345-6", false)]
    [InlineData("cell- 12-345-6", false)]
    [InlineData("cell-12-99999999999999999999-6", false)]
    [InlineData("Cell-12-345-6", false)]
    [InlineData("tab-12-345-6", false)]
    public void In_Names_FindsOnlyOurs(string name, bool isOurs)
    {
        Directory.CreateDirectory(_root.Combine(name));

        CellFolder.In(_root.Path).Select(found => found.Owner).Should().Equal(isOurs ? [new ProcessIdentity(12, 345)] : []);
    }

    [Fact]
    public void Noted_AfterNote_IsWhatWasNoted()
    {
        var browser = ProcessIdentity.OfThisProgram;   // some process that lives: its group is asked for
        var folder = CellFolder.Create(_root.Path);
        folder.Noted().Should().BeNull();

        folder.Note(Driver, browser: null);
        folder.Noted().Should().Be(new CellLedger(Driver, Browser: null));
        folder.Note(Driver, browser);

        CellFolder.In(_root.Path)[0].Folder.Noted().Should().Be(new CellLedger(Driver, ProcessGroup.Of(browser)));
        folder.Noted()!.IsAlive.Should().BeTrue("one of the two lives");
    }

    [Fact]
    public void Noted_BothGone_IsNotAlive()
    {
        var folder = CellFolder.Create(_root.Path);

        folder.Note(Driver, Browser);

        folder.Noted()!.IsAlive.Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[{")]
    [InlineData("[1]")]
    public void Noted_LedgerUnreadable_IsNull(string ledger)
    {
        var folder = CellFolder.Create(_root.Path);
        File.WriteAllText(Path.Join(folder.Path, "processes.json"), ledger);

        folder.Noted().Should().BeNull();
    }

    [Fact]
    public void Create_RootThatCannotBeMade_SaysWhichAndWhatToDo()
    {
        var file = _root.Combine("file");
        File.WriteAllText(file, "not a folder");

        var create = () => CellFolder.Create(Path.Join(file, "below"));

        create.Should().Throw<IOException>().WithMessage($"{file}/below cannot be made*TMPDIR*");
    }

    [Fact]
    public void Note_FolderGone_IsNoError()
    {
        var folder = CellFolder.Create(_root.Path);
        folder.Delete();

        folder.Invoking(gone => gone.Note(Driver, Browser)).Should().NotThrow();
    }

    [Fact]
    public void Delete_FolderWithContents_RemovesItAndIsHarmlessTwice()
    {
        var folder = CellFolder.Create(_root.Path);
        Directory.CreateDirectory(Path.Join(folder.Path, "profile", "cache"));
        folder.Note(Driver, Browser);

        folder.Delete().Should().BeTrue();

        Directory.Exists(folder.Path).Should().BeFalse();
        folder.Delete().Should().BeTrue();
    }

    [Fact]
    public void Delete_LinkToElsewhere_LeavesElsewhereAlone()
    {
        var folder = CellFolder.Create(_root.Path);
        var elsewhere = Directory.CreateDirectory(_root.Combine("elsewhere")).FullName;
        File.WriteAllText(Path.Join(elsewhere, "precious"), "x");
        Directory.CreateSymbolicLink(Path.Join(folder.Path, "link"), elsewhere);

        folder.Delete().Should().BeTrue();

        File.Exists(Path.Join(elsewhere, "precious")).Should().BeTrue();
    }
}
