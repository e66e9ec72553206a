using System.Collections.Frozen;
using BrowserFarm.Jobs;

namespace BrowserFarm.Rendering;

/// <summary>Tells where links lead, by their addresses. Pure.</summary>
internal static class LinkKinds
{
    /// <summary>Endings of files that browsers save or hand to other programs.</summary>
    private static readonly FrozenSet<string> Files = (
        "7z apk avi bz2 csv deb dmg doc docx epub exe flac gz iso jar m4a mkv mov mp3 mp4 mpg msi odp ods odt ogg pdf ppt pptx rar rpm rtf tar tgz wav webm wmv xls xlsx xz zip zst")
        .Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <param name="url">Absolute.</param>
    /// <param name="isMarked">It has the attribute <c>download</c>.</param>
    /// <param name="page">Address of the page it stands on.</param>
    public static PageLink Classify(string url, string text, bool isNoFollow, bool isMarked, string page) => new(url, text, isNoFollow, Of(url, isMarked, page));

    /// <summary>The links of a page with more of them, each address once.</summary>
    public static IReadOnlyList<PageLink> Join(IReadOnlyList<PageLink> links, IReadOnlyList<Uri> more, string page) => more.Count == 0
        ? links
        : [.. links.Concat(more.Where(url => url.IsAbsoluteUri).Select(url => Classify(url.AbsoluteUri, "", isNoFollow: false, isMarked: false, page))).DistinctBy(link => link.Url, StringComparer.Ordinal)];

    private static LinkKind Of(string url, bool isMarked, string page)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var to))
            return LinkKind.Other;
        if (isMarked)
            return LinkKind.Download;
        if (to.Scheme != Uri.UriSchemeHttp && to.Scheme != Uri.UriSchemeHttps)
            return LinkKind.Other;

        var name = to.AbsolutePath.AsSpan(to.AbsolutePath.LastIndexOf('/') + 1);
        var dot = name.LastIndexOf('.');
        if (dot > 0 && Files.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name[(dot + 1)..]))
            return LinkKind.Download;
        return Uri.TryCreate(page, UriKind.Absolute, out var from) && from.IdnHost == to.IdnHost ? LinkKind.Internal : LinkKind.External;
    }
}
