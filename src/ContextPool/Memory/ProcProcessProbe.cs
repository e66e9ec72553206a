using System.Buffers;
using System.Buffers.Text;
using ContextPool.Browsers;

namespace ContextPool.Memory;

/// <summary>Reads <c>/proc</c>. May be used by several threads; they take turns.</summary>
/// <remarks>
/// Per process and call: <c>stat</c> (is it the same one?) and <c>statm</c>; its command line only once, as a rule. Renderers have
/// no children and are not asked for any, which spares some ten threads each. Measured: 2.1 ms of processor time per call for 57
/// processes with 50 renderers (2.9 ms in one pass, and more on a busier machine); 54 KB allocated. Not seen: a process whose parent died (Chromium's
/// crash handler leaves the tree on purpose). Source: proc(5); kinds from Chromium's <c>content_switches.cc</c> (<c>--type</c>) and
/// <c>utility_process_host.cc</c> (<c>--utility-sub-type</c>).
/// </remarks>
internal sealed class ProcProcessProbe : IProcessProbe
{
    private readonly bool _hasChildrenFiles;
    private readonly Lock _gate = new();

    /// <summary>By root: the kinds seen by the last call for it. Roots that died are dropped when a new one is asked for.</summary>
    private readonly Dictionary<ProcessIdentity, Dictionary<ProcessIdentity, BrowserProcessKind>> _kinds = [];

    public ProcProcessProbe()
        : this(ProcChildren.HasFiles)
    {
    }

    /// <param name="hasChildrenFiles">False reads every process's <c>stat</c> once per call instead, for kernels without CONFIG_PROC_CHILDREN.</param>
    internal ProcProcessProbe(bool hasChildrenFiles) => _hasChildrenFiles = hasChildrenFiles;

    /// <summary>Processes whose kind is remembered.</summary>
    internal int Remembered
    {
        get
        {
            lock (_gate)
                return _kinds.Values.Sum(kinds => kinds.Count);
        }
    }

    public IReadOnlyList<BrowserProcess> TreeOf(ProcessIdentity root)
    {
        lock (_gate)
        {
            if (!root.IsAlive)
            {
                _kinds.Remove(root);
                return [];
            }

            if (!_kinds.TryGetValue(root, out var known))
            {
                foreach (var gone in _kinds.Keys.Where(other => !other.IsAlive).ToList())
                    _kinds.Remove(gone);
                known = [];
            }

            var children = _hasChildrenFiles ? ProcChildren.FromFiles() : ProcChildren.FromOnePass();
            var tree = Walk(root, children, known, out var seen);
            _kinds[root] = seen;
            return tree;
        }
    }

    public long? PssOf(ProcessIdentity process)
    {
        if (!process.IsAlive)
            return null;

        Span<byte> buffer = stackalloc byte[2048];
        ReadOnlySpan<byte> text = buffer[..ProcFile.Read($"/proc/{process.Pid}/smaps_rollup", buffer)];
        var line = text.IndexOf("\nPss:"u8);
        if (line < 0)
            return null;

        return Utf8Parser.TryParse(text[(line + 5)..].TrimStart((byte)' '), out long kilobytes, out _) ? kilobytes << 10 : null;
    }

    private static List<BrowserProcess> Walk(
        ProcessIdentity root, ProcChildren children, Dictionary<ProcessIdentity, BrowserProcessKind> known, out Dictionary<ProcessIdentity, BrowserProcessKind> seen)
    {
        seen = new Dictionary<ProcessIdentity, BrowserProcessKind>(known.Count) { [root] = BrowserProcessKind.Driver };
        var tree = new List<BrowserProcess>(known.Count) { new(root, BrowserProcessKind.Driver, PrivateBytesOf(root.Pid)) };
        for (var i = 0; i < tree.Count; i++)
        {
            var parent = tree[i];
            if (parent.Kind == BrowserProcessKind.Renderer)
                continue;

            foreach (var pid in children.Of(parent.Id.Pid))
            {
                // The id may have been given to somebody else since the list was read.
                if (ProcessIdentity.ReadStat(pid) is not { State: not ('Z' or 'X') } stat || stat.ParentPid != parent.Id.Pid)
                    continue;

                var id = new ProcessIdentity(pid, stat.StartTicks);
                var kind = known.TryGetValue(id, out var before) && MayBeRemembered(before, parent.Kind) ? before : KindOf(pid, parent.Kind);
                if (seen.TryAdd(id, kind))
                    tree.Add(new BrowserProcess(id, kind, PrivateBytesOf(pid)));
            }
        }

        return tree;
    }

    /// <summary>
    /// Between fork and exec a child shows its parent's command line, and a zygote's child shows the zygote's until it sets its own:
    /// such answers are asked for again.
    /// </summary>
    private static bool MayBeRemembered(BrowserProcessKind kind, BrowserProcessKind parent) =>
        kind is not (BrowserProcessKind.Browser or BrowserProcessKind.Other)
        && !(kind == BrowserProcessKind.Zygote && parent == BrowserProcessKind.Zygote);

    private static BrowserProcessKind KindOf(int pid, BrowserProcessKind parent)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            return BrowserCommandLine.KindOf(buffer.AsSpan(0, ProcFile.Read($"/proc/{pid}/cmdline", buffer)), parent);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Second less third field of statm, in pages; 0 when the process is gone.</summary>
    private static long PrivateBytesOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[128];
        ReadOnlySpan<byte> text = buffer[..ProcFile.Read($"/proc/{pid}/statm", buffer)];
        Span<long> fields = stackalloc long[3];
        foreach (ref var field in fields)
        {
            if (!Utf8Parser.TryParse(text, out field, out var length))
                return 0;
            text = text[Math.Min(text.Length, length + 1)..];
        }

        return Math.Max(0, fields[1] - fields[2]) * Environment.SystemPageSize;
    }
}
