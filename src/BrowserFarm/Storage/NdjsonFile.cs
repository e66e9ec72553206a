using System.Text.Json;

namespace BrowserFarm.Storage;

/// <summary>A file of one JSON document a line, each beginning with <c>{"seq":N,…</c>, N rising: what is in it tells where to go on.</summary>
/// <remarks>
/// Lines are appended in the order of the database's results, so after any interruption the file is a beginning of that order,
/// perhaps with half a line at its end. Opening cuts the half line off and reports the last number.
/// </remarks>
internal sealed class NdjsonFile : IAsyncDisposable
{
    private const int TailChunk = 64 * 1024;

    private readonly FileStream _file;
    private long _end;

    private NdjsonFile(FileStream file, long lastSequence)
    {
        _file = file;
        _end = file.Length;
        LastSequence = lastSequence;
    }

    /// <summary>Number of the last document in the file; 0 when it is empty.</summary>
    public long LastSequence { get; private set; }

    /// <exception cref="IOException">The file cannot be opened or written.</exception>
    public static NdjsonFile Open(string path)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            while (true)
            {
                file.SetLength(EndOfLastLine(file, file.Length));
                if (file.Length == 0)
                    return new NdjsonFile(file, lastSequence: 0);

                var start = EndOfLastLine(file, file.Length - 1);
                if (SequenceOf(file, start) is { } sequence)
                    return new NdjsonFile(file, sequence);

                file.SetLength(start);   // a line that is not ours, as after a power cut: the one before it decides
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends one document: all of it, or nothing that a later call would not overwrite.</summary>
    /// <param name="json">A JSON object without line breaks and without a <c>seq</c> of its own.</param>
    /// <exception cref="IOException">The disk is full or failing; the document may be appended again.</exception>
    public async Task AppendAsync(long sequence, byte[] json, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] line = [.. ResultLine.Numbered(sequence, json), (byte)'\n'];

        // At the end of the last whole line and not called off in the middle: whatever fails here, the next line does not continue half a one.
        await RandomAccess.WriteAsync(_file.SafeFileHandle, line, _end, CancellationToken.None);
        _end += line.Length;
        LastSequence = sequence;
    }

    public async ValueTask DisposeAsync()
    {
        await using (_file)
        {
            try
            {
                if (_file.Length > _end)
                    _file.SetLength(_end);
            }
            catch (IOException)
            {
                // The half line is cut off when the file is opened next.
            }
        }
    }

    /// <summary>Position after the last line break before <paramref name="end"/>; 0 when there is none.</summary>
    private static long EndOfLastLine(FileStream file, long end)
    {
        var chunk = new byte[TailChunk];
        while (end > 0)
        {
            var start = Math.Max(0, end - TailChunk);
            file.Seek(start, SeekOrigin.Begin);
            var length = (int)(end - start);
            file.ReadExactly(chunk, 0, length);
            var at = chunk.AsSpan(0, length).LastIndexOf((byte)'\n');
            if (at >= 0)
                return start + at + 1;
            end = start;
        }

        return 0;
    }

    private static long? SequenceOf(FileStream file, long start)
    {
        var line = new byte[file.Length - start];
        file.Seek(start, SeekOrigin.Begin);
        file.ReadExactly(line);
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("seq", out var sequence) ? sequence.GetInt64() : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
