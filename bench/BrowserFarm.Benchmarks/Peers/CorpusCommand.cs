using System.CommandLine;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using TestKit;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>The server of the corpus as a program of its own, so that what it costs is nobody's; prints its address, and ends with its input.</summary>
/// <remarks>
/// As sites do it: what a package has may be kept by a browser for an hour, pages and data may not. Nothing is compressed. Who opens a new context for every page asks for all of it every time.
/// </remarks>
internal static class CorpusCommand
{
    public const string Name = "peers-corpus";

    private static readonly FileExtensionContentTypeProvider Types = new();

    public static Command Create()
    {
        var folder = new Option<string>("--folder") { Required = true };
        var latency = new Option<double>("--latency");
        var command = new Command(Name) { folder, latency };
        command.Hidden = true;
        command.SetAction(async (line, cancellationToken) =>
        {
            await using var site = await TestSite.StartAsync(cancellationToken);
            var root = Path.GetFullPath(line.GetValue(folder)!);
            var wait = TimeSpan.FromMilliseconds(line.GetValue(latency));
            site.MapAll(context => AnswerAsync(context, root, wait));
            Console.Out.WriteLine(site.BaseUri.AbsoluteUri);
            while (await Console.In.ReadLineAsync(cancellationToken) is not null)
            {
                // Only its end matters.
            }

            return 0;
        });
        return command;
    }

    private static async Task AnswerAsync(HttpContext context, string root, TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, TimeProvider.System, context.RequestAborted);
        var path = context.Request.Path.Value!;
        var isPackage = path.StartsWith("/npm/", StringComparison.Ordinal) || (path.StartsWith("/built/", StringComparison.Ordinal) && path.EndsWith(".js", StringComparison.Ordinal));
        var file = path switch
        {
            _ when path.Contains("..", StringComparison.Ordinal) => "",
            _ when path.StartsWith("/npm/", StringComparison.Ordinal) => Path.Join(root, "node_modules", path["/npm/".Length..]),
            _ when path.StartsWith("/built/", StringComparison.Ordinal) => Path.Join(root, path),
            _ => Path.Join(root, "pages", $"{path.Trim('/')}.html"),
        };
        if (!File.Exists(file))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = Types.TryGetContentType(file, out var type) ? type : "application/octet-stream";
        context.Response.Headers.CacheControl = isPackage ? "public, max-age=3600" : "no-store";
        await context.Response.SendFileAsync(file, context.RequestAborted);
    }
}
