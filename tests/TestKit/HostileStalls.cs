using System.Text;
using Microsoft.AspNetCore.Http;

namespace TestKit;

/// <summary>Pages whose server leaves the visitor waiting.</summary>
internal static class HostileStalls
{
    /// <summary>A path that accepts every request and answers none.</summary>
    public const string Silence = "/silence";

    private const string Begin = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>stalls</title></head><body><h1>stalls</h1>\n";

    private static readonly TimeSpan TrickleGap = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ChunkGap = TimeSpan.FromMilliseconds(20);
    private static readonly byte[] Chunk = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<p>and on and on and on</p>\n", 300)));

    public static IEnumerable<HostilePage> All =>
    [
        new("silent-document", HostileKind.Stalls) { Answer = SaysNothing },
        HostilePage.WithHtml(HostileKind.Stalls, "silent-script", $"{Begin}<script src=\"{Silence}\"></script><p>after</p></body></html>"),
        HostilePage.WithHtml(HostileKind.Stalls, "silent-image", $"{Begin}<img src=\"{Silence}\" alt=\"\"><p>after</p></body></html>"),
        new("trickle", HostileKind.Stalls) { Answer = TricklesAsync },
        new("endless-body", HostileKind.Stalls) { Answer = NeverEndsAsync },
    ];

    /// <summary>Holds the connection open until the visitor goes.</summary>
    public static async Task SaysNothing(HttpContext context)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>One byte a second.</summary>
    private static async Task TricklesAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        await UntilTheVisitorGoesAsync(context, async position =>
        {
            await SendAsync(context, new[] { (byte)Begin[position % Begin.Length] });
            await Task.Delay(TrickleGap, TimeProvider.System, context.RequestAborted);
        });
    }

    /// <summary>Some 400 kB a second, for ever.</summary>
    private static async Task NeverEndsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(Begin, context.RequestAborted);
        await UntilTheVisitorGoesAsync(context, async _ =>
        {
            await SendAsync(context, Chunk);
            await Task.Delay(ChunkGap, TimeProvider.System, context.RequestAborted);
        });
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static async Task UntilTheVisitorGoesAsync(HttpContext context, Func<int, Task> step)
    {
        try
        {
            for (var i = 0; !context.RequestAborted.IsCancellationRequested; i++)
                await step(i);
        }
        catch (OperationCanceledException)
        {
            // The visitor has gone.
        }
    }
}
