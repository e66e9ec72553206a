namespace BrowserFarm.Api.Requests;

/// <summary>Gathers what is wrong with a request, so that all of it is told at once.</summary>
internal sealed class Mistakes
{
    private readonly List<ProblemError> _errors = [];

    public IReadOnlyList<ProblemError> All => _errors;

    public bool Any => _errors.Count > 0;

    public void Add(string path, string message, IReadOnlyList<string>? allowed = null) => _errors.Add(new ProblemError(path, message, allowed));

    /// <summary>The value, or nothing and a mistake.</summary>
    public T? Try<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException exception)
        {
            Add(path, ClientText.Clean(exception.Message));
            return default;
        }
    }

    /// <summary>One of some words, written as they are here.</summary>
    public T Choose<T>(string path, string? word, T otherwise, IReadOnlyDictionary<string, T> words)
    {
        if (word is null)
            return otherwise;
        if (words.TryGetValue(word, out var value))
            return value;

        Add(path, $"'{ClientText.Clean(word)}' is none of the legal words.", [.. words.Keys]);
        return otherwise;
    }

    public int? InRange(string path, int? number, int least, int most)
    {
        if (number is { } value && (value < least || value > most))
            Add(path, $"{value} is out of range.", [$"{least} to {most}"]);
        return number;
    }
}
