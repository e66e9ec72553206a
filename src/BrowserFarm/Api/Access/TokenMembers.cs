using System.Text.Json;

namespace BrowserFarm.Api.Access;

/// <summary>The members of one object of the tokens file; what is wrong with them goes into a list, so that all of it is told at once.</summary>
internal sealed class TokenMembers
{
    private readonly string _path;
    private readonly List<string> _mistakes;
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);

    /// <param name="path">Of the object: <c>tokens[0]</c>; empty for the file itself.</param>
    /// <param name="known">Every member that there may be.</param>
    /// <exception cref="InvalidOperationException">A name is no valid Unicode.</exception>
    public TokenMembers(JsonElement json, string path, IReadOnlyList<string> known, List<string> mistakes)
    {
        _path = path;
        _mistakes = mistakes;
        IsObject = json.ValueKind == JsonValueKind.Object;
        if (!IsObject)
        {
            mistakes.Add($"{(path.Length == 0 ? "the file" : path)} is {Shown(json)}, but must be an object");
            return;
        }

        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal))
                mistakes.Add($"{PathOf(ClientText.Clean(member.Name))} is not known; known here: {string.Join(", ", known)}");
            else if (!_members.TryAdd(member.Name, member.Value))
                mistakes.Add($"{PathOf(member.Name)} is there more than once");
        }
    }

    public bool IsObject { get; }

    public bool TryGet(string member, out JsonElement value) => _members.TryGetValue(member, out value);

    /// <param name="read">Gives null for a value that is not legal.</param>
    public T? Required<T>(string member, string legal, Func<JsonElement, T?> read)
        where T : class
    {
        if (!_members.TryGetValue(member, out var value))
            _mistakes.Add($"{PathOf(member)} is missing; it must be {legal}");
        else if (read(value) is { } found)
            return found;
        else
            AddMistake(member, value, legal);
        return null;
    }

    /// <inheritdoc cref="Required"/>
    public T? Optional<T>(string member, string legal, Func<JsonElement, T?> read)
        where T : struct
    {
        if (!_members.TryGetValue(member, out var value))
            return null;
        if (read(value) is { } found)
            return found;

        AddMistake(member, value, legal);
        return null;
    }

    /// <summary>A value as it stands in the file, cut.</summary>
    public static string Shown(JsonElement json) => ClientText.Clean(json.GetRawText(), 60);

    private void AddMistake(string member, JsonElement value, string legal) => _mistakes.Add($"{PathOf(member)} is {Shown(value)}, but must be {legal}");

    private string PathOf(string member) => _path.Length == 0 ? member : $"{_path}.{member}";
}
