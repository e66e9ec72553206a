using System.Text.Json;
using BrowserFarm.Rendering.Actions;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Readiness;

/// <summary>Waits until something matches a selector.</summary>
/// <remarks>
/// Playwright's own wait looks every 0 to 500 ms, and puts its utility script of 300 KB into every document that it looks at. So plain CSS is watched for in our own world
/// of the page, where a change is seen at once; what only Playwright can see (XPath, shadow roots, whether it is visible) is left to it.
/// </remarks>
internal static class SelectorWatch
{
    private static readonly string Script = PageCapture.LoadScript("selector.js");

    /// <param name="atMost">How long it may take.</param>
    /// <exception cref="TimeoutException">Nothing matched in this time.</exception>
    /// <exception cref="PlaywrightException">The page is gone.</exception>
    public static async Task AttachedAsync(IPage page, IsolatedWorld world, string selector, TimeSpan atMost, TimeProvider time, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        if (!ActionList.IsXPath(selector) && await WatchAsync(world, selector, atMost, time, stop))
            return;
        var left = atMost - time.GetElapsedTime(began);
        if (left <= TimeSpan.Zero)
            throw new TimeoutException();
        await page.Locator(ActionRunner.Spelled(selector)).First
            .WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached, Timeout = (float)left.TotalMilliseconds }).BoundedBy(stop);
    }

    /// <summary>False when another way of looking must tell.</summary>
    private static async Task<bool> WatchAsync(IsolatedWorld world, string selector, TimeSpan atMost, TimeProvider time, CancellationToken stop)
    {
        var text = JsonSerializer.Serialize(selector);
        try
        {
            var said = await Bounded.RunAsync(
                atMost, time, bounded => world.AwaitAsync($"({Script})({PageCapture.World}, {text}, {atMost.TotalMilliseconds:0})", bounded), stop);
            return said.GetString() switch
            {
                "found" => true,
                "late" => throw new TimeoutException(),
                _ => false,
            };
        }
        catch (PlaywrightException)
        {
            return false;   // the page went on to other documents again and again, or is gone, and Playwright will say so
        }
    }
}
