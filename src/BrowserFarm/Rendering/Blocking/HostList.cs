using System.Globalization;
using System.Reflection;

namespace BrowserFarm.Rendering.Blocking;

/// <summary>Lists of hosts, one a line. Documented in <c>docs/operating.md</c>.</summary>
/// <remarks>Also read: lines of a <c>hosts</c> file (<c>0.0.0.0 ads.example</c>), and the plainest rules of ad blockers (<c>||ads.example^</c>), which say the same.</remarks>
public static class HostList
{
    /// <summary>Hosts of a list: the browser compares every request with each.</summary>
    public const int MaxHosts = 5000;

    private const int MaxMistakes = 10;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false };

    /// <summary>Advertisers and trackers: our own small list.</summary>
    public static IReadOnlyList<string> Trackers { get; } = Parse(OwnList(), "trackers.txt");

    /// <returns>Names in lower case, international ones in their ASCII form, each once.</returns>
    /// <exception cref="FormatException">A line is no host, or there are too many; the message names the lines.</exception>
    public static IReadOnlyList<string> Parse(string text, string source)
    {
        var hosts = new SortedSet<string>(StringComparer.Ordinal);
        var mistakes = new List<string>();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var words = WordsOf(line.ToString());
            foreach (var word in words)
            {
                if (HostOf(word) is { } host)
                    hosts.Add(host);
                else
                    mistakes.Add($"line {number} ({Shown(word)})");
            }
        }

        if (mistakes.Count > 0)
            throw new FormatException($"{source} is not a list of hosts: {string.Join(", ", mistakes.Take(MaxMistakes))}{(mistakes.Count > MaxMistakes ? $" and {mistakes.Count - MaxMistakes} more" : "")}; a line is one host, like ads.example.");
        return hosts.Count <= MaxHosts ? [.. hosts] : throw new FormatException($"{source} has {hosts.Count} hosts; at most {MaxHosts} are compared with every request.");
    }

    private static IEnumerable<string> WordsOf(string line)
    {
        var comment = line.IndexOf('#', StringComparison.Ordinal);
        var words = (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            [['!', ..], ..] => [],   // a comment of ad blockers
            ["0.0.0.0" or "127.0.0.1" or "::" or "::1", .. var names] => names.Where(name => name is not ("localhost" or "0.0.0.0" or "ip6-localhost")),
            _ => words,
        };
    }

    private static string? HostOf(string word)
    {
        var name = word.StartsWith("||", StringComparison.Ordinal) && word.EndsWith('^') ? word[2..^1] : word;
        name = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        try
        {
            name = Idn.GetAscii(name.TrimEnd('.')).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }

        return name.Contains('.', StringComparison.Ordinal) && name.Length <= 253 && Uri.CheckHostName(name) == UriHostNameType.Dns ? name : null;
    }

    private static string Shown(string word) => word.Length <= 40 ? word : word[..40] + "…";

    private static string OwnList()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("trackers.txt") ?? throw new InvalidOperationException("trackers.txt is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
