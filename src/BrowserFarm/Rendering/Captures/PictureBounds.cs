using BrowserFarm.Jobs;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Keeps pictures within what can be drawn and kept. Pure.</summary>
internal static class PictureBounds
{
    /// <summary>Pixels of a picture: 100 MB while it is drawn, four bytes each.</summary>
    public const int MaxPixels = 25_000_000;

    /// <summary>Longest side: WebP has 14 bits for it (RFC 9649, section 2.7), JPEG in Chromium and most graphics processors little more.</summary>
    public static int MaxSide(PageFormat format) => format == PageFormat.Webp ? 16_383 : CaptureSettings.MaxSide;

    /// <summary>Cuts an area on the right and at the bottom until its picture is small enough. What is left has at least one pixel each way.</summary>
    /// <param name="scale">Pixels for one CSS pixel.</param>
    public static PictureArea Fit(PictureArea area, double scale, int maxSide)
    {
        var width = Math.Clamp(area.Width, 1 / scale, maxSide / scale);
        var height = Math.Clamp(area.Height, 1 / scale, Math.Min(maxSide / scale, MaxPixels / (width * scale * scale)));
        return area with { Width = width, Height = height };
    }
}
