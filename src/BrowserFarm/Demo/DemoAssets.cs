using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Demo;

/// <summary>The shop's scripts and styles, which travel inside the program.</summary>
internal sealed class DemoAssets
{
    private const string Prefix = "demo/";

    private readonly FrozenDictionary<string, byte[]> _files = ReadAll();

    /// <summary>The document every page starts from: it has no content until its script has run.</summary>
    public byte[] Shell => _files["index.html"];

    /// <summary>Answers with the file <paramref name="path"/>, relative to the site's folder; 404 when there is none.</summary>
    public Task ServeAsync(HttpContext context, string path)
    {
        if (!_files.TryGetValue(path, out var content))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = ContentTypeOf(path);
        context.Response.Headers.CacheControl = "max-age=60";
        return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }

    private static string ContentTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private static FrozenDictionary<string, byte[]> ReadAll()
    {
        var assembly = typeof(DemoAssets).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return content;
            }, StringComparer.Ordinal);
    }
}
