using BrowserFarm.Jobs;

namespace BrowserFarm.Cli;

/// <summary>Reads the addresses a person gives: as arguments, and as a list of lines.</summary>
internal static class UrlInput
{
    private const int MaxMistakesShown = 5;

    /// <summary>All addresses, each once, in the order given. Blank lines and lines that begin with # are passed over.</summary>
    /// <param name="listFile">A file of one address a line; <c>-</c> is the standard input; null is none.</param>
    /// <exception cref="FormatException">At least one cannot be crawled; the message names the first few, with line numbers.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<IReadOnlyList<CanonicalUrl>> ReadAsync(
        IEnumerable<string> arguments, string? listFile, TextReader standardInput, CancellationToken cancellationToken)
    {
        var urls = new List<CanonicalUrl>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var mistakes = new List<string>();
        foreach (var argument in arguments)
            Take(argument, place: "");

        if (listFile is not null)
        {
            using var reader = listFile == "-" ? standardInput : OpenList(listFile);
            var number = 0;
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                line = line.Trim().TrimStart('\uFEFF');
                if (line.Length > 0 && line[0] != '#')
                    Take(line, $"{(listFile == "-" ? "input" : listFile)} line {number}: ");
            }

            if (urls.Count == 0 && mistakes.Count == 0)
                throw new FormatException($"{(listFile == "-" ? "The input" : listFile)} contains no URL.");
        }

        if (mistakes.Count == 0)
            return urls;

        var shown = string.Join(" ", mistakes.Take(MaxMistakesShown));
        throw new FormatException(mistakes.Count <= MaxMistakesShown ? shown : $"{shown} And {mistakes.Count - MaxMistakesShown} more.");

        void Take(string text, string place)
        {
            if (!CanonicalUrl.TryParse(text, out var url, out var problem))
                mistakes.Add(place + problem);
            else if (known.Add(url.Value))
                urls.Add(url);
        }
    }

    private static StreamReader OpenList(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"The list of URLs {path} cannot be read: {exception.Message}", exception);
        }
    }
}
