using System.Reflection;
using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>Opens tabs of one browser that never draw.</summary>
/// <remarks>
/// A tab made by DevTools' <c>Target.createTarget</c> with <c>enableBeginFrameControl</c> waits for somebody to order each frame, and nobody does: styles and layout are
/// computed when a script or a capture asks, and nothing else of drawing is. Playwright reports it as a page of its context like any other. What pages wait for that comes
/// with frames (animation frames, observers, transitions, images that load when they are near) is made up for by <c>frameless.js</c>, which is also the list of it.
/// </remarks>
#pragma warning disable CA1001 // A SemaphoreSlim whose wait handle nobody asks for has nothing to dispose.
internal sealed class FramelessTabs(ICDPSession session)
#pragma warning restore CA1001
{
    private static readonly string Script = LoadScript();

    /// <summary>Contexts of this browser are made one at a time: the new one's number is the one that was not there before. Playwright does not tell it.</summary>
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <returns>The context, and DevTools' number of it when its tab is to be without frames.</returns>
    public async Task<(IBrowserContext Context, string? Number)> NewContextAsync(IBrowser browser, ContextProfile profile)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            var before = profile.Frameless ? await NumbersAsync() : [];
            var context = await browser.NewContextAsync(profile.ToPlaywright());
            return (context, profile.Frameless ? (await NumbersAsync()).Except(before, StringComparer.Ordinal).Single() : null);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Opens the one tab of a context.</summary>
    public async Task<IPage> OpenAsync(IBrowserContext context, string number)
    {
        var page = await context.RunAndWaitForPageAsync(() => session.SendAsync("Target.createTarget", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["url"] = "about:blank",
            ["browserContextId"] = number,
            ["enableBeginFrameControl"] = true,
        }));
        await page.AddInitScriptAsync(Script);
        return page;
    }

    private async Task<IReadOnlyList<string>> NumbersAsync()
    {
        var answer = await session.SendAsync("Target.getBrowserContexts");
        return [.. answer!.Value.GetProperty("browserContextIds").EnumerateArray().Select(number => number.GetString()!)];
    }

    private static string LoadScript()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("frameless.js") ?? throw new InvalidOperationException("frameless.js is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
