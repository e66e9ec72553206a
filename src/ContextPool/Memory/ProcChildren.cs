using System.Buffers.Text;
using System.Globalization;
using ContextPool.Browsers;

namespace ContextPool.Memory;

/// <summary>Who is whose child, in one of two ways.</summary>
internal abstract class ProcChildren
{
    /// <summary>Whether this kernel lists children (CONFIG_PROC_CHILDREN, since Linux 3.5).</summary>
    public static bool HasFiles { get; } = File.Exists($"/proc/{Environment.ProcessId}/task/{Environment.ProcessId}/children");

    /// <summary>Ids of the children of a process, zombies among them; empty when it is gone.</summary>
    public abstract IEnumerable<int> Of(int parent);

    /// <summary>Reads <c>/proc/[pid]/task/[tid]/children</c> when asked: a child belongs to the thread that forked it.</summary>
    /// <remarks>The kernel may skip a child while a sibling just ends, see proc(5); it is there at the next call.</remarks>
    public static ProcChildren FromFiles() => new ByFile();

    /// <summary>Reads the <c>stat</c> of every process of the machine, once and now.</summary>
    public static ProcChildren FromOnePass()
    {
        var parents =
            from folder in Directory.EnumerateDirectories("/proc")
            let pid = int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
            where pid > 0
            let stat = ProcessIdentity.ReadStat(pid)
            where stat is not null
            select (Pid: pid, Parent: stat.Value.ParentPid);
        return new ByTable(parents.ToLookup(process => process.Parent, process => process.Pid));
    }

    private sealed class ByTable(ILookup<int, int> children) : ProcChildren
    {
        public override IEnumerable<int> Of(int parent) => children[parent];
    }

    private sealed class ByFile : ProcChildren
    {
        private readonly byte[] _buffer = new byte[1 << 14];   // two thousand children of one thread

        public override IEnumerable<int> Of(int parent)
        {
            var children = new List<int>();
            foreach (var thread in ThreadsOf(parent))
            {
                ReadOnlySpan<byte> text = _buffer.AsSpan(0, ProcFile.Read(thread + "/children", _buffer));
                while (Utf8Parser.TryParse(text, out int child, out var length))
                {
                    children.Add(child);
                    text = text[Math.Min(text.Length, length + 1)..];
                }
            }

            return children;
        }

        private static string[] ThreadsOf(int process)
        {
            try
            {
                return Directory.GetDirectories($"/proc/{process}/task");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return [];
            }
        }
    }
}
