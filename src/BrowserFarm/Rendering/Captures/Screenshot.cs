using System.Globalization;
using System.Text.Json;
using BrowserFarm.Jobs;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Takes pictures through the DevTools protocol: every kind and part, and never one that is too large to be drawn.</summary>
/// <remarks>Playwright's own has no WebP and no bound on the size, and waits for fonts without one.</remarks>
internal sealed class Screenshot(TabSession tab, ScreenshotSpec spec, TimeSpan timeout)
{
    private const int DefaultQuality = 80;

    /// <summary>Where an element is, from the page's top left corner; null when nothing matches.</summary>
    private const string FindElement = """
        (selector => {
          const found = selector.startsWith('//') || selector.startsWith('xpath=')
            ? document.evaluate(selector.replace(/^xpath=/, ''), document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue
            : document.querySelector(selector);
          if (!(found instanceof Element)) return null;
          const box = found.getBoundingClientRect();
          return [box.x + scrollX, box.y + scrollY, box.width, box.height];
        })
        """;

    /// <returns>The picture, or null; and what is wrong with it, or null.</returns>
    /// <exception cref="PlaywrightException">Page or browser are gone.</exception>
    public async Task<(byte[]? Bytes, string? Problem)> TakeAsync(PageFormat format, CancellationToken stop)
    {
        var metrics = (await tab.Session.CallAsync("Page.getLayoutMetrics").BoundedBy(stop))!.Value;
        if (await AreaAsync(metrics, stop) is not { } area)
            return (null, $"Nothing matches {spec.Element}, of which a picture was to be taken.");
        if (area.Width < 1 || area.Height < 1)
            return (null, $"{spec.Element ?? "The page"} has no size, so there is no picture of it.");

        var device = (await tab.World.EvaluateAsync("devicePixelRatio", timeout, stop)).GetDouble();
        var scale = spec.Scale ?? device;
        var fitted = PictureBounds.Fit(area, scale, PictureBounds.MaxSide(format));
        var bytes = await ShootAsync(format, fitted, scale / device, IsInView(fitted, metrics), stop);
        return (bytes, fitted == area ? null : string.Create(
            CultureInfo.InvariantCulture, $"The picture shows {fitted.Width:0} × {fitted.Height:0} of {area.Width:0} × {area.Height:0} pixels: more cannot be drawn at once."));
    }

    private async Task<byte[]> ShootAsync(PageFormat format, PictureArea area, double scale, bool isInView, CancellationToken stop)
    {
        var isTransparent = spec.Transparent && format != PageFormat.Jpeg;
        if (isTransparent)
            await tab.Session.CallAsync("Emulation.setDefaultBackgroundColorOverride", ("color", new { r = 0, g = 0, b = 0, a = 0 })).BoundedBy(stop);

        var answer = await tab.Session.CallAsync(
            "Page.captureScreenshot",
            [
                ("format", format.ToString().ToLowerInvariant()),
                ("clip", new { x = area.X, y = area.Y, width = area.Width, height = area.Height, scale }),
                ("captureBeyondViewport", !isInView),
                .. format == PageFormat.Png ? Array.Empty<(string, object)>() : [("quality", spec.Quality ?? DefaultQuality)],
            ]).BoundedBy(stop);

        if (isTransparent)
            await tab.Session.CallAsync("Emulation.setDefaultBackgroundColorOverride").BoundedBy(stop);
        return answer!.Value.GetProperty("data").GetBytesFromBase64();
    }

    private async Task<PictureArea?> AreaAsync(JsonElement metrics, CancellationToken stop)
    {
        if (spec.Clip is { } clip)
            return clip;
        if (spec.Element is { } selector)
        {
            var found = await tab.World.EvaluateAsync($"{FindElement}({JsonSerializer.Serialize(selector)})", timeout, stop);
            return found.ValueKind == JsonValueKind.Array
                ? new PictureArea(found[0].GetDouble(), found[1].GetDouble(), found[2].GetDouble(), found[3].GetDouble())
                : null;
        }

        var view = metrics.GetProperty("cssLayoutViewport");
        if (!spec.FullPage)
            return new PictureArea(Of(view, "pageX"), Of(view, "pageY"), Of(view, "clientWidth"), Of(view, "clientHeight"));

        var all = metrics.GetProperty("cssContentSize");
        return new PictureArea(0, 0, Of(all, "width"), Of(all, "height"));
    }

    private static bool IsInView(PictureArea area, JsonElement metrics)
    {
        var view = metrics.GetProperty("cssLayoutViewport");
        return area.X >= Of(view, "pageX") && area.Y >= Of(view, "pageY")
            && area.X + area.Width <= Of(view, "pageX") + Of(view, "clientWidth") && area.Y + area.Height <= Of(view, "pageY") + Of(view, "clientHeight");
    }

    private static double Of(JsonElement json, string key) => json.GetProperty(key).GetDouble();
}
