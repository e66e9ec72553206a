namespace BrowserFarm.Jobs;

/// <summary>What the formats of a page have in common.</summary>
public static class PageFormats
{
    /// <summary>It is kept as a file beside the results; the others are part of the result itself.</summary>
    public static bool IsFile(PageFormat format) =>
        format is PageFormat.Raw or PageFormat.Png or PageFormat.Jpeg or PageFormat.Webp or PageFormat.Pdf or PageFormat.Mhtml or PageFormat.Har;

    /// <summary>It is a picture, and <see cref="ScreenshotSpec"/> says of what.</summary>
    public static bool IsPicture(PageFormat format) => format is PageFormat.Png or PageFormat.Jpeg or PageFormat.Webp;

    /// <summary>There is no such thing of a page that no browser showed.</summary>
    public static bool NeedsBrowser(PageFormat format) => format is PageFormat.Console or PageFormat.Network || (IsFile(format) && format != PageFormat.Raw);

    /// <summary>As a person types it.</summary>
    public static string NameOf(PageFormat format) => format.ToString().ToLowerInvariant();
}
