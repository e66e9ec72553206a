using Microsoft.AspNetCore.Http;

namespace TestKit;

/// <summary>What a page does to the one who opens it, and so what a pool has to do about it.</summary>
public enum HostileKind
{
    /// <summary>Nothing bad: it is rendered by script and ready quickly.</summary>
    Ordinary,

    /// <summary>Its script never ends, so that calls on the page never return.</summary>
    Hangs,

    /// <summary>It keeps its visitor busy: with dialogs, windows, reloads, or when it is to be closed.</summary>
    Traps,

    /// <summary>It takes memory until it has 2 GB or is stopped.</summary>
    Bombs,

    /// <summary>Its server, not its script, leaves the visitor waiting.</summary>
    Stalls,

    /// <summary>It brings its own renderer process down.</summary>
    Crashes,
}

/// <summary>One page of a <see cref="HostileSite"/>.</summary>
/// <param name="Name">Lower case with hyphens, unique on the site: <c>loop-at-load</c>.</param>
public sealed record HostilePage(string Name, HostileKind Kind)
{
    /// <summary>The page's path on its site: <c>/hangs/loop-at-load</c>.</summary>
    public string Path => $"/{Kind.ToString().ToLowerInvariant()}/{Name}";

    public override string ToString() => $"{Kind}: {Name}";

    /// <summary>Serves the document.</summary>
    public required RequestDelegate Answer { get; init; }

    /// <summary>What else the page loads, by path.</summary>
    public IReadOnlyDictionary<string, RequestDelegate> Parts { get; init; } = new Dictionary<string, RequestDelegate>();

    /// <summary>A document whose only script runs while it is being read.</summary>
    /// <param name="name">Also the title.</param>
    internal static HostilePage WithScript(HostileKind kind, string name, string script) => WithHtml(kind, name, $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>{name}</title></head>
        <body>
        <h1>{name}</h1>
        <p>Some text before the trouble.</p>
        <script>
        {script}
        </script>
        </body>
        </html>
        """);

    internal static HostilePage WithHtml(HostileKind kind, string name, string html) => new(name, kind)
    {
        Answer = context => SendAsync(context, html, "text/html; charset=utf-8"),
    };

    internal static Task SendAsync(HttpContext context, string text, string contentType)
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
