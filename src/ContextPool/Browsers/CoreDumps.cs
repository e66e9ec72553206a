using System.Runtime.InteropServices;

namespace ContextPool.Browsers;

/// <summary>Keeps browsers from leaving memory images behind: a tab that crashes, or is made to, would write up to gigabytes to the disk.</summary>
/// <remarks>Where core dumps are unlimited, as in many containers, the kernel writes one for every such process (core(5)). The limit is inherited.</remarks>
internal static partial class CoreDumps
{
    /// <summary>RLIMIT_CORE in Linux's <c>asm-generic/resource.h</c>.</summary>
    private const int CoreLimit = 4;

    /// <summary>Sets the process's limit to nothing, and so that of all it starts from now on. A failure is passed over: dumps are a nuisance, no fault.</summary>
    public static void Forbid(ProcessIdentity? process)
    {
        if (process is { IsAlive: true } alive)
            _ = SetLimit(alive.Pid, CoreLimit, default, nint.Zero);
    }

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int SetLimit(int pid, int resource, in Limit limit, nint old);

    /// <summary>struct rlimit, getrlimit(2).</summary>
    private readonly record struct Limit(nuint Soft, nuint Hard);
}
