using ContextPool.Browsers;

namespace ContextPool.Memory;

/// <summary>What a process does in a cell.</summary>
internal enum BrowserProcessKind
{
    /// <summary>Playwright's driver, the root of the cell's tree.</summary>
    Driver,

    /// <summary>The browser process itself.</summary>
    Browser,

    /// <summary>Runs pages: mostly one per tab, more for frames of other sites.</summary>
    Renderer,

    Gpu,

    /// <summary>Does all network traffic of the browser; its death silently loses cookies.</summary>
    NetworkService,

    OtherUtility,

    /// <summary>The template that renderers are forked from.</summary>
    Zygote,

    /// <summary>A script that starts the browser, a broker, a video encoder and whatever else is in the tree.</summary>
    Other,
}

/// <summary>One process of a cell.</summary>
/// <param name="PrivateBytes">
/// Resident memory that is neither of a file nor of a shared segment, in bytes: (resident − shared) pages of <c>/proc/[pid]/statm</c>,
/// proc(5); 0 for one that just ended. Cheap. Counts pages that are still the same as the zygote's it was forked from: a few MB too much.
/// </param>
internal readonly record struct BrowserProcess(ProcessIdentity Id, BrowserProcessKind Kind, long PrivateBytes);

/// <summary>Reads the processes of a cell.</summary>
internal interface IProcessProbe
{
    /// <summary>A process and everything below it, parents before children; zombies are left out.</summary>
    /// <returns>The root first, with kind <see cref="BrowserProcessKind.Driver"/>; empty when it is gone.</returns>
    /// <remarks>A process that starts or ends meanwhile may be missing.</remarks>
    IReadOnlyList<BrowserProcess> TreeOf(ProcessIdentity root);

    /// <summary>Memory of a process with shared pages divided among those who share them.</summary>
    /// <value>Bytes, proportional share (PSS); null when the process is gone, is not ours to see, or the kernel (before 4.14) does not say.</value>
    /// <remarks>Dear: the kernel walks the page tables, measured 2 to 3 ms per Chromium process. See <see cref="ProbePacing"/>.</remarks>
    long? PssOf(ProcessIdentity process);
}
