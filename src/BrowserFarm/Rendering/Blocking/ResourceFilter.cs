using System.Text.Json;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Blocking;

/// <summary>Keeps kinds of resources, hosts and URL patterns from being loaded.</summary>
/// <remarks>
/// Only requests of the blocked kinds are ever paused (DevTools <c>Fetch.enable</c> with one pattern per kind); all others go their way
/// untouched, where routing every request would slow every one. Hosts and URL patterns are left to the network stack itself
/// (<c>Network.setBlockedURLs</c>); hosts as URL patterns of the WHATWG, which a host's name in some other address does not match. Both act on the page and the frames in its process; frames of other sites have processes of their own.
/// </remarks>
internal static class ResourceFilter
{
    /// <summary>Kinds that may be blocked: DevTools <c>Network.ResourceType</c> less the document itself.</summary>
    public static IReadOnlyList<string> Types { get; } =
        ["Stylesheet", "Image", "Media", "Font", "Script", "TextTrack", "XHR", "Fetch", "Prefetch", "EventSource", "WebSocket", "Manifest", "Ping", "Other"];

    public static async Task ApplyAsync(ICDPSession session, RenderOptions options)
    {
        if (options.BlockedUrls.Count > 0 || options.BlockedHosts.Count > 0)
        {
            await session.CallAsync("Network.enable");
            await session.CallAsync("Network.setBlockedURLs", ("urls", options.BlockedUrls), ("urlPatterns", options.BlockedHosts.SelectMany(PatternsOf).ToArray()));
        }

        if (options.BlockedResourceTypes.Count > 0)
        {
            session.Event("Fetch.requestPaused").OnEvent += (_, paused) => _ = RefuseAsync(session, paused);
            await session.CallAsync("Fetch.enable", ("patterns", options.BlockedResourceTypes.Select(type => new { urlPattern = "*", resourceType = type }).ToArray()));
        }
    }

    private static IEnumerable<object> PatternsOf(string host) =>
        [new { urlPattern = $"*://{host}:*/*", block = true }, new { urlPattern = $"*://*.{host}:*/*", block = true }];

    private static async Task RefuseAsync(ICDPSession session, JsonElement? paused)
    {
        try
        {
            if (paused?.GetProperty("requestId").GetString() is { } requestId)
                await session.CallAsync("Fetch.failRequest", ("requestId", requestId), ("errorReason", "BlockedByClient"));
        }
        catch (PlaywrightException)
        {
            // The page navigated on or is gone, and the request with it.
        }
    }
}
