namespace BrowserFarm.Cli;

/// <summary>Guesses from the words of a command line, before it is read, whether it will want a browser at once.</summary>
/// <remarks>A wrong guess costs no result: a driver that was begun in vain is ended, and one that is missing is begun when it is needed.</remarks>
internal static class BrowserForesight
{
    /// <summary>Something is told, or first read without a browser, or waited for.</summary>
    private static readonly string[] Without = ["--help", "-h", "-?", "--version", "--engine", "--every"];

    public static bool IsWanted(IReadOnlyList<string> words) => words switch
    {
        ["render", _, ..] => !words.Any(word => Names(word, "--http") || Without.Any(option => Names(word, option))),
        ["crawl", ..] => !words.Any(word => Without.Any(option => Names(word, option))),
        _ => false,
    };

    /// <summary>Its value may be a word of its own, or follow in the same one.</summary>
    private static bool Names(string word, string option) =>
        word.StartsWith(option, StringComparison.Ordinal) && (word.Length == option.Length || word[option.Length] is '=' or ':');
}
