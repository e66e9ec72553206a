using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests.Browsers;

public sealed class FolderOwnerTests
{
    [Fact]
    public void IsOurs_OwnFolder_IsTrue()
    {
        using var folder = new TempFolder();

        FolderOwner.IsOurs(folder.Path).Should().BeTrue();
    }

    [Fact]
    public void IsOurs_FolderOfSomebodyElse_IsFalse()
    {
        // As root, a folder given away; as anybody else, the root folder.
        using var folder = new TempFolder();
        var foreign = "/";
        if (Environment.IsPrivilegedProcess)
        {
            foreign = folder.Combine("given");
            Directory.CreateDirectory(foreign);
            using var chown = System.Diagnostics.Process.Start("chown", ["12345", foreign]);
            chown.WaitForExit();
        }

        FolderOwner.IsOurs(foreign).Should().BeFalse();
        CellFolder.In(foreign).Should().BeEmpty();
        var create = () => CellFolder.Create(foreign);
        create.Should().Throw<Exception>().Where(exception => exception is IOException || exception is UnauthorizedAccessException);
    }
}
