using BrowserFarm.Jobs;

namespace BrowserFarm.Cli;

/// <summary>Formats as typed.</summary>
internal static class FormatLists
{
    /// <summary>Reads lists like <c>html,text</c>; each format once, in the order given.</summary>
    /// <exception cref="FormatException">A word is not a format; the message lists those there are.</exception>
    public static IReadOnlyList<PageFormat> Parse(IEnumerable<string> lists) =>
        [.. lists.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Select(ParseOne).Distinct()];

    /// <inheritdoc cref="Parse"/>
    public static PageFormat ParseOne(string word) =>
        word.Length > 0 && char.IsAsciiLetter(word[0]) && Enum.TryParse<PageFormat>(word, ignoreCase: true, out var format)
            ? format
            : throw new FormatException($"'{word}' is not a format; there are {string.Join(", ", Enum.GetValues<PageFormat>().Select(PageFormats.NameOf))}.");
}
