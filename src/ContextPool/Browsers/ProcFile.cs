namespace ContextPool.Browsers;

/// <summary>Reads the small files of <c>/proc</c>: no stream, no string, no lock, for some are read hundreds of times a minute.</summary>
internal static class ProcFile
{
    /// <summary>Reads a file from its beginning until it or the buffer ends.</summary>
    /// <returns>Bytes read; 0 when the file is gone, empty or not ours to see.</returns>
    public static int Read(string path, Span<byte> buffer)
    {
        try
        {
            // Any sharing but "read" spares a call to flock(2).
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = 0;
            while (length < buffer.Length && RandomAccess.Read(file, buffer[length..], length) is > 0 and var more)
                length += more;
            return length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
