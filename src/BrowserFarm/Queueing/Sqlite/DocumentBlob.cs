using System.IO.Compression;
using System.Text.Json;
using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing.Sqlite;

/// <summary>A result as stored: JSON, compressed, because pages are mostly repetition.</summary>
internal static class DocumentBlob
{
    public static byte[] Pack(PageDocument document)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            JsonSerializer.Serialize(brotli, document, JobsJson.Readable.PageDocument);
        return packed.ToArray();
    }

    /// <exception cref="QueueStorageException">It is not what was packed.</exception>
    public static PageDocument Unpack(byte[] blob)
    {
        try
        {
            using var brotli = new BrotliStream(new MemoryStream(blob), CompressionMode.Decompress);
            if (JsonSerializer.Deserialize(brotli, JobsJson.Readable.PageDocument) is { } document)
                return document;
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException or InvalidOperationException)
        {
            throw new QueueStorageException($"A stored result cannot be read, the database is damaged: {exception.Message}", exception) { IsDamaged = true };
        }

        throw new QueueStorageException("A stored result is empty, the database is damaged.") { IsDamaged = true };
    }
}
