using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace BrowserFarm.Extraction;

/// <summary>The spelling rules of CommonMark's inline text (spec.commonmark.org 0.31 §§2.4, 6). Pure.</summary>
internal static partial class MarkdownText
{
    private static readonly SearchValues<char> EntityCharacters = SearchValues.Create("#0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> Markup = SearchValues.Create("\\`*_[]<>&");

    /// <summary>Puts a backslash before what would otherwise be read as markup.</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny(Markup))
            return text;

        var escaped = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' || (text[at] == '&' && IsEntity(text.AsSpan(at))))
                escaped.Append('\\');
            escaped.Append(text[at]);
        }

        return escaped.ToString();
    }

    /// <summary>Whether a text begins like <c>&amp;amp;</c> or <c>&amp;#38;</c>.</summary>
    private static bool IsEntity(ReadOnlySpan<char> text)
    {
        var length = text[1..Math.Min(text.Length, 34)].IndexOfAnyExcept(EntityCharacters);
        return length > 1 && text[length + 1] == ';';
    }

    /// <summary>Keeps a line that happens to begin like a heading, a list item or a rule from becoming one.</summary>
    public static string EscapeLineStarts(string text) => !text.Contains('\n', StringComparison.Ordinal) && !MayStartMarkup(text)
        ? text
        : string.Join('\n', text.Split('\n').Select(line => LineStart().Replace(line, match => $"{match.Groups["word"].Value}\\{match.Groups["mark"].Value}")));

    private static bool MayStartMarkup(string line) => line.Length > 0 && line[0] is (>= '0' and <= '9') or '-' or '+' or '#' or '=' or '~';

    /// <summary>Runs of white space become one space, at the ends too, where they separate words from what stands beside them.</summary>
    public static string FoldKeepingEnds(string text)
    {
        if (text.Length == 0 || IsFolded(text))
            return text;

        var folded = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (folded.Length == 0)
            return " ";
        return (char.IsWhiteSpace(text[0]) ? " " : "") + folded + (char.IsWhiteSpace(text[^1]) ? " " : "");
    }

    /// <summary>Nothing is to be folded, which is the rule: of a page's texts only few are broken into lines.</summary>
    private static bool IsFolded(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsWhiteSpace(text[at]) && (text[at] != ' ' || (at > 0 && text[at - 1] == ' ')))
                return false;
        }

        return true;
    }

    /// <summary>Folds spaces, and drops them and hard line breaks at the ends of the text.</summary>
    public static string Tidy(string inline)
    {
        var text = IsFolded(inline)
            ? inline.Trim(' ')
            : string.Join('\n', inline.Split('\n').Select(line => Spaces().Replace(line, " ").Trim(' '))).Trim('\n', ' ');

        // One pass from each end: a page may well be a million line breaks.
        var end = text.Length;
        while (EndsInHardBreak(text.AsSpan(0, end)))
            end = text.AsSpan(0, end - 1).TrimEnd(" \n").Length;
        var start = 0;
        while (start < end - 1 && text[start] == '\\' && text[start + 1] == '\n')
            start = end - text.AsSpan(start + 2, end - start - 2).TrimStart(" \n").Length;
        return text[start..end];
    }

    /// <summary>A backslash that is not itself escaped.</summary>
    private static bool EndsInHardBreak(ReadOnlySpan<char> text) => (text.Length - text.TrimEnd('\\').Length) % 2 == 1;

    /// <summary>Emphasis around text; its outer spaces move outside, because <c>** bold **</c> is not bold.</summary>
    public static void Wrap(StringBuilder output, string mark, string inner)
    {
        var text = inner.Trim(' ', '\n');
        if (text.Length == 0)
        {
            output.Append(inner);
            return;
        }

        output.Append(inner[0] is ' ' or '\n' ? " " : "").Append(mark).Append(text).Append(mark).Append(inner[^1] is ' ' or '\n' ? " " : "");
    }

    /// <summary>Code inside a line, with as many backticks around it as it needs.</summary>
    public static string CodeSpan(string code)
    {
        if (code.Length == 0)
            return "";

        var ticks = new string('`', LongestRun(code, '`') + 1);
        var pad = code[0] == '`' || code[^1] == '`' ? " " : "";
        return ticks + pad + code + pad + ticks;
    }

    /// <summary>A fence longer than any run of backticks inside.</summary>
    public static string FenceFor(string code) => new('`', Math.Max(3, LongestRun(code, '`') + 1));

    private static int LongestRun(string text, char c)
    {
        int longest = 0, run = 0;
        foreach (var at in text)
        {
            run = at == c ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    [GeneratedRegex(@"^(?:(?<word>\d{1,9})(?<mark>[.)])(?=\s|$)|(?<word>)(?<mark>[-+](?=\s|$)|#{1,6}(?=\s|$)|={1,}\s*$|-{2,}\s*$|~{3,}))", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineStart();

    [GeneratedRegex("[ \t]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
