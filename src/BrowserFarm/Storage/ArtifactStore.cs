using System.IO.Compression;
using System.Security.Cryptography;
using BrowserFarm.Jobs;

namespace BrowserFarm.Storage;

/// <summary>Keeps files of pages under the digest of what is in them: the same picture of a thousand pages is there once, and no file ever changes.</summary>
/// <remarks>
/// <c>artifacts/3f/3fa9….png</c>, SHA-256 of the content. What is text (raw HTML, MHTML, HAR) is compressed with gzip, which every tool reads. A file is written beside,
/// flushed to the disk, and then given its name: whoever sees the name sees all of it, also after a power cut.
/// </remarks>
internal sealed class ArtifactStore(string crawlFolder)
{
    private const string Root = "artifacts";
    private const string Unfinished = ".new";

    private readonly Lock _gate = new();
    private long? _bytes;

    /// <summary>Keeps one file; when it is there already nothing is written.</summary>
    /// <param name="format">Or a name with an ending, which is kept: <c>login.png</c> gives a file that ends in <c>.png</c>.</param>
    /// <returns>Its path relative to the crawl's folder.</returns>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public async Task<string> StoreAsync(string format, byte[] content, CancellationToken cancellationToken)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        var relative = $"{Root}/{digest[..2]}/{digest}.{EndingOf(format)}";
        var path = Path.Join(crawlFolder, relative);
        if (File.Exists(path))
            return relative;

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var beside = Path.Join(crawlFolder, Root, $"{Guid.NewGuid():N}{Unfinished}");
        try
        {
            await using (var file = new FileStream(beside, FileMode.CreateNew, FileAccess.Write))
            {
                await WriteAsync(file, content, isPacked: path.EndsWith(".gz", StringComparison.Ordinal), cancellationToken);
                file.Flush(flushToDisk: true);
            }

            Publish(beside, path);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }

        return relative;
    }

    /// <summary>Removes a file that nothing names any more; one that is gone is no matter.</summary>
    /// <param name="relative">As <see cref="StoreAsync"/> gave it.</param>
    /// <exception cref="IOException">The disk is failing.</exception>
    public void Remove(string relative)
    {
        if (!relative.StartsWith($"{Root}/", StringComparison.Ordinal) || relative.Contains("..", StringComparison.Ordinal))
            return;   // not ours, whoever wrote it

        var file = new FileInfo(Path.Join(crawlFolder, relative));
        lock (_gate)
        {
            if (!file.Exists)
                return;
            _bytes -= file.Length;
            file.Delete();
        }
    }

    /// <summary>What is left of files that were being written when a program died.</summary>
    public void RemoveUnfinished()
    {
        var root = Path.Join(crawlFolder, Root);
        foreach (var file in Directory.Exists(root) ? Directory.EnumerateFiles(root, $"*{Unfinished}") : [])
            File.Delete(file);
    }

    /// <summary>Bytes of all files. Counted when it is asked for first, then kept.</summary>
    public long Bytes()
    {
        lock (_gate)
        {
            var root = new DirectoryInfo(Path.Join(crawlFolder, Root));
            return _bytes ??= root.Exists ? root.EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Extension != Unfinished).Sum(file => file.Length) : 0;
        }
    }

    /// <summary>Another may have stored the same meanwhile; then this one is not needed.</summary>
    private void Publish(string beside, string path)
    {
        lock (_gate)
        {
            if (File.Exists(path))
            {
                File.Delete(beside);
                return;
            }

            File.Move(beside, path);
            _bytes += new FileInfo(path).Length;
        }
    }

    private static async Task WriteAsync(FileStream file, byte[] content, bool isPacked, CancellationToken cancellationToken)
    {
        if (!isPacked)
        {
            await file.WriteAsync(content, cancellationToken);
            return;
        }

        await using var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
        await packed.WriteAsync(content, cancellationToken);
    }

    private static string EndingOf(string format) =>
        format.Contains('.', StringComparison.Ordinal) ? format[(format.LastIndexOf('.') + 1)..]
        : format == PageFormats.NameOf(PageFormat.Raw) ? "html.gz"
        : format == PageFormats.NameOf(PageFormat.Mhtml) || format == PageFormats.NameOf(PageFormat.Har) ? $"{format}.gz"
        : format;
}
