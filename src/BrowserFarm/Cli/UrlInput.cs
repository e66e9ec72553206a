using BrowserFarm.Crawling;
using BrowserFarm.Jobs;

namespace BrowserFarm.Cli;

/// <summary>Reads the addresses a person gives: as arguments, and as a list of lines.</summary>
internal static class UrlInput
{
    private const int MaxMistakesShown = 5;

    /// <summary>What has a longer line is no list: a picture, a database, a device.</summary>
    private const int MaxLineLength = 2_000_000;

    /// <summary>All addresses, each once, in the order given. Blank lines and lines that begin with # are passed over.</summary>
    /// <param name="listFile">A file of one address a line; <c>-</c> is the standard input; null is none.</param>
    /// <exception cref="FormatException">At least one cannot be crawled; the message names the first few, with line numbers.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<IReadOnlyList<CanonicalUrl>> ReadAsync(
        IEnumerable<string> arguments, string? listFile, TextReader standardInput, CancellationToken cancellationToken)
    {
        var urls = new List<CanonicalUrl>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var mistakes = new List<string>();   // the first few
        var mistakeCount = 0;
        foreach (var argument in arguments)
            Take(argument, place: "");

        if (listFile is not null)
        {
            using var reader = listFile == "-" ? standardInput : OpenList(listFile);
            var number = 0;
            await foreach (var read in BoundedLines.ReadAsync(reader, MaxLineLength, cancellationToken))
            {
                number++;
                if (read.IsCut)
                    throw new FormatException($"{(listFile == "-" ? "The input" : listFile)} is no list of URLs: line {number} is longer than {MaxLineLength} characters.");

                var line = read.Text.Trim().TrimStart('\uFEFF');
                if (line.Length > 0 && line[0] != '#')
                    Take(line, $"{(listFile == "-" ? "input" : listFile)} line {number}: ");
            }

            if (urls.Count == 0 && mistakeCount == 0)
                throw new FormatException($"{(listFile == "-" ? "The input" : listFile)} contains no URL.");
        }

        if (mistakeCount == 0)
            return urls;

        var shown = string.Join(" ", mistakes);
        throw new FormatException(mistakeCount <= MaxMistakesShown ? shown : $"{shown} And {mistakeCount - MaxMistakesShown} more.");

        void Take(string text, string place)
        {
            if (CanonicalUrl.TryParse(text, out var url, out var problem))
            {
                if (known.Add(url.Value))
                    urls.Add(url);
            }
            else if (++mistakeCount <= MaxMistakesShown)
            {
                mistakes.Add(place + problem);
            }
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
