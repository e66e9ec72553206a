using ContextPool.Browsers;
using ContextPool.Memory;

namespace ContextPool.Tests.Memory;

/// <summary>A process tree that a test writes down.</summary>
internal sealed class FakeProcessProbe : IProcessProbe
{
    private readonly Dictionary<ProcessIdentity, long> _pss = [];

    /// <summary>What is below every driver.</summary>
    public List<BrowserProcess> Tree { get; } = [];

    /// <summary>Thrown instead of a tree, when set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Times a proportional share was asked for.</summary>
    public int PssReads { get; private set; }

    /// <summary>Adds a process, or changes what it holds.</summary>
    public void Set(ProcessIdentity id, BrowserProcessKind kind, long privateBytes = 0, long? pssBytes = null)
    {
        Tree.RemoveAll(process => process.Id == id);
        Tree.Add(new BrowserProcess(id, kind, privateBytes));
        if (pssBytes is { } pss)
            _pss[id] = pss;
    }

    /// <summary>One process takes the place of all others of its kind.</summary>
    public void Replace(BrowserProcessKind kind, ProcessIdentity by)
    {
        Tree.RemoveAll(process => process.Kind == kind);
        Set(by, kind);
    }

    public IReadOnlyList<BrowserProcess> TreeOf(ProcessIdentity root) => Failure is { } failure ? throw failure : [.. Tree];

    public long? PssOf(ProcessIdentity process)
    {
        PssReads++;
        return _pss.TryGetValue(process, out var pss) ? pss : null;
    }
}
