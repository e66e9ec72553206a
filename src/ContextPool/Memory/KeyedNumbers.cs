using System.Buffers.Text;
using System.Text;

namespace ContextPool.Memory;

/// <summary>Finds a figure in a kernel's file of lines like <c>oom_kill 0</c> or <c>MemTotal:  24684 kB</c>.</summary>
internal static class KeyedNumbers
{
    /// <param name="key">The line's first word, without its separator.</param>
    /// <param name="separator">What ends the word; spaces after it are skipped.</param>
    /// <returns>Null when there is no such line or no whole number in it.</returns>
    public static long? Find(ReadOnlySpan<byte> text, string key, char separator)
    {
        Span<byte> start = stackalloc byte[Encoding.ASCII.GetMaxByteCount(key.Length + 1)];
        var length = Encoding.ASCII.GetBytes(key, start);
        start[length++] = (byte)separator;
        start = start[..length];

        while (!text.IsEmpty)
        {
            if (text.StartsWith(start))
                return Utf8Parser.TryParse(text[length..].TrimStart((byte)' '), out long number, out _) ? number : null;

            var end = text.IndexOf((byte)'\n');
            text = end < 0 ? [] : text[(end + 1)..];
        }

        return null;
    }
}
