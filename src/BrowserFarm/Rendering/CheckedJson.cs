using System.Text.Json;

namespace BrowserFarm.Rendering;

/// <summary>Reads an object that a person wrote: every key checked, every mistake noted with its path and the legal values.</summary>
/// <param name="mistakes">Takes the sentences.</param>
/// <param name="path">Where the object stands; empty at the top.</param>
internal sealed class CheckedJson(List<string> mistakes, string path)
{
    private const int MaxMistakes = 20;

    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    /// <summary>Reads a whole file.</summary>
    /// <param name="json">UTF-8; comments and trailing commas are let pass.</param>
    /// <param name="source">How messages call it.</param>
    /// <param name="what">What it is to be, in words.</param>
    /// <exception cref="FormatException">It is not JSON, or <paramref name="read"/> found mistakes; the message lists them.</exception>
    public static T ReadAll<T>(ReadOnlyMemory<byte> json, string source, string what, string[] keys, Func<CheckedJson, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 });
            var mistakes = new List<string>();
            var top = new CheckedJson(mistakes, "");
            top.Open(document.RootElement, keys);
            var value = read(top);
            return mistakes.Count == 0
                ? value
                : throw new FormatException($"{source} is not {what}: {string.Join(' ', mistakes.Take(MaxMistakes))}{(mistakes.Count > MaxMistakes ? $" And {mistakes.Count - MaxMistakes} more." : "")}");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{source} is not JSON: {exception.Message}", exception);
        }
    }

    /// <summary>An object inside of this one; null when it is absent or no object.</summary>
    public CheckedJson? Object(string key, params string[] keys)
    {
        if (!_values.TryGetValue(key, out var json))
            return null;

        var inner = new CheckedJson(mistakes, At(key));
        return inner.Open(json, keys) ? inner : null;
    }

    /// <summary>An object whose keys are free: each with the object under it.</summary>
    /// <param name="isLegal">Which keys are.</param>
    public IEnumerable<(string Name, CheckedJson Value)> Entries(string key, int most, Predicate<string> isLegal, string legal, params string[] keys)
    {
        if (!_values.TryGetValue(key, out var json))
            yield break;
        if (json.ValueKind != JsonValueKind.Object || json.GetPropertyCount() > most)
        {
            Wrong(key, $"an object of at most {most} entries");
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            var inner = new CheckedJson(mistakes, At($"{key}.{property.Name}"));
            if (!isLegal(property.Name))
                mistakes.Add($"{At(key)} has '{property.Name}', which must be {legal}.");
            else if (!seen.Add(property.Name))
                mistakes.Add($"{At(key)} has '{property.Name}' twice.");
            else if (inner.Open(property.Value, keys))
                yield return (property.Name, inner);
        }
    }

    public bool Has(string key) => _values.ContainsKey(key);

    public string? Text(string key, int maxLength, Predicate<string>? isLegal = null, string legal = "a text")
    {
        if (!_values.TryGetValue(key, out var json))
            return null;
        if (json.ValueKind == JsonValueKind.String && json.GetString() is { Length: > 0 } text && text.Length <= maxLength && (isLegal?.Invoke(text) ?? true))
            return text;
        Wrong(key, $"{legal} of 1 to {maxLength} characters");
        return null;
    }

    public double? Number(string key, double least, double most)
    {
        if (!_values.TryGetValue(key, out var json))
            return null;
        if (json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var value) && value >= least && value <= most)
            return value;
        Wrong(key, FormattableString.Invariant($"a number from {least} to {most}"));
        return null;
    }

    public int? Whole(string key, int least, int most)
    {
        if (!_values.TryGetValue(key, out var json))
            return null;
        if (json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var value) && value >= least && value <= most)
            return value;
        Wrong(key, $"a whole number from {least} to {most}");
        return null;
    }

    public bool? Flag(string key)
    {
        if (!_values.TryGetValue(key, out var json))
            return null;
        if (json.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return json.ValueKind == JsonValueKind.True;
        Wrong(key, "true or false");
        return null;
    }

    /// <summary>Notes that a key's value is not what it must be.</summary>
    public void Wrong(string key, string legal) => mistakes.Add($"{At(key)} must be {legal}.");

    private bool Open(JsonElement json, string[] keys)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add($"{(path.Length == 0 ? "It" : path)} must be an object with {string.Join(", ", keys)}.");
            return false;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (!keys.Contains(property.Name, StringComparer.Ordinal))
                Wrong(property.Name, $"one of {string.Join(", ", keys)}");
            else if (!_values.TryAdd(property.Name, property.Value))
                Wrong(property.Name, "given once");
        }

        return true;
    }

    private string At(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
