using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Endpoints;

/// <summary>The files of pages, by the paths that results name.</summary>
internal sealed class ArtifactFiles(string folder)
{
    private const string Root = "artifacts/";

    /// <returns>Null when there is no such file, or the path leads elsewhere.</returns>
    public FileStream? Open(string path)
    {
        if (!path.StartsWith(Root, StringComparison.Ordinal) || path.Contains("..", StringComparison.Ordinal))
            return null;
        try
        {
            return new FileStream(Path.Join(folder, path), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>Sends a file that a hostile page may have made so that no browser ever runs it.</summary>
internal static class ArtifactAnswer
{
    private const string Policy = "sandbox; default-src 'none'";
    private const string Unknown = "application/octet-stream";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".png"] = "image/png",
        [".jpeg"] = "image/jpeg",
        [".webp"] = "image/webp",
        [".pdf"] = "application/pdf",
        [".har"] = "application/json",
        [".mhtml"] = Unknown,
        [".html"] = "text/plain",
        [".raw"] = "text/plain",
    };

    /// <summary>One that was made just now.</summary>
    /// <param name="format">As results name it.</param>
    public static IResult Send(HttpContext context, byte[] file, string format)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return Results.Bytes(file, Types.GetValueOrDefault($".{format}", Unknown));
    }

    /// <summary>One that is stored.</summary>
    public static IResult Send(HttpContext context, FileStream file, string path)
    {
        var isPacked = path.EndsWith(".gz", StringComparison.Ordinal);
        var type = Types.GetValueOrDefault(Path.GetExtension(isPacked ? path[..^3] : path), Unknown);
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "private, max-age=31536000, immutable";   // its name is the digest of its content
        if (!isPacked)
            return Results.Stream(file, type, enableRangeProcessing: true);
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
            return Results.Stream(new GZipStream(file, CompressionMode.Decompress), type);

        headers.ContentEncoding = "gzip";
        return Results.Stream(file, type);
    }
}
