using System.Globalization;
using System.Text;

namespace BrowserFarm.Api;

/// <summary>Text that came from a client, made fit to be shown in an answer, a log or a terminal.</summary>
/// <remarks>
/// Control characters and escapes of terminals, which begin with one, could rewrite what an operator reads; direction marks turn it round (CVE-2021-42574);
/// NUL ends it for some programs; half a surrogate pair is no text at all.
/// </remarks>
public static class ClientText
{
    /// <summary>Most characters that are shown of one text.</summary>
    public const int ShownLength = 200;

    private const char Replacement = '\uFFFD';

    /// <summary>The text with what must not be shown replaced by U+FFFD, cut to <see cref="ShownLength"/> characters and then ending in <c>…</c>.</summary>
    public static string Clean(string? text) => Clean(text, ShownLength);

    internal static string Clean(string? text, int maxLength)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        var shown = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())       // half a surrogate pair comes as U+FFFD
        {
            if (shown.Length + rune.Utf16SequenceLength > (text.Length > maxLength ? maxLength - 1 : maxLength))
                return shown.Append('…').ToString();

            if (IsHarmful(rune))
                shown.Append(Replacement);
            else
                shown.Append(rune.ToString());
        }

        return shown.ToString();
    }

    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
