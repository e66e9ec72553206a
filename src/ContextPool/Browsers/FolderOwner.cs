using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ContextPool.Browsers;

/// <summary>Tells whose a folder is: in a folder that everybody may write to, somebody else may have made ours first.</summary>
internal static partial class FolderOwner
{
    private const int CurrentFolder = -100;        // AT_FDCWD
    private const int DoNotFollow = 0x100;         // AT_SYMLINK_NOFOLLOW
    private const uint WantOwner = 0x8;            // STATX_UID
    private const int OwnerOffset = 20;            // struct statx is the same on every architecture: statx(2)

    /// <summary>True when the folder belongs to the user of this program, or when that cannot be told on this system.</summary>
    public static bool IsOurs(string path)
    {
        if (!OperatingSystem.IsLinux())
            return true;

        Span<byte> status = stackalloc byte[256];
        return Statx(CurrentFolder, path, DoNotFollow, WantOwner, status) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(status[OwnerOffset..]) == GetEffectiveUser();
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
