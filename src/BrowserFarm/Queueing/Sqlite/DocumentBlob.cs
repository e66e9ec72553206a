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

    public static PageDocument Unpack(byte[] blob)
    {
        using var brotli = new BrotliStream(new MemoryStream(blob), CompressionMode.Decompress);
        return JsonSerializer.Deserialize(brotli, JobsJson.Readable.PageDocument)
            ?? throw new QueueStorageException("A stored result is empty: the database is damaged.");
    }
}
