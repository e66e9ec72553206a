using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace BrowserFarm.Api.Access;

/// <summary>Holds JSON against a type and lists what does not fit, all at once, by what the serializer itself knows of the type.</summary>
/// <remarks>The serializer alone would tell the first mistake only, in the words of .NET, and of an enum not what there is to choose from.</remarks>
internal sealed class JsonShape
{
    /// <summary>A body made of mistakes gets no answer larger than itself.</summary>
    private const int MaxErrors = 20;

    private readonly List<ProblemError> _errors = [];

    /// <summary>What does not fit; empty when all does. At most <see cref="MaxErrors"/>.</summary>
    public static IReadOnlyList<ProblemError> Check(JsonElement json, JsonTypeInfo type)
    {
        var shape = new JsonShape();
        shape.CheckValue(json, type, path: "");
        return shape._errors;
    }

    private void CheckValue(JsonElement json, JsonTypeInfo type, string path)
    {
        if (_errors.Count >= MaxErrors)
            return;
        if (json.ValueKind == JsonValueKind.Null)
        {
            // Whether null may stand here is known where the value is a member; inside lists it never may.
            if (path.Length > 0)
                Add(path, $"is null, but must be {JsonWords.Legal(type)}", JsonWords.Choices(type));
            return;
        }

        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(json, type, path);
                break;
            case JsonTypeInfoKind.Enumerable when json.ValueKind == JsonValueKind.Array && type.ElementType is { } element:
                var items = type.Options.GetTypeInfo(element);
                foreach (var (index, item) in json.EnumerateArray().Index())
                    CheckValue(item, items, JsonPointer.Append(path, index));
                break;
            case JsonTypeInfoKind.Dictionary when json.ValueKind == JsonValueKind.Object && type.ElementType is { } element:
                var values = type.Options.GetTypeInfo(element);
                foreach (var (name, value) in MembersOf(json, path))
                    CheckValue(value, values, JsonPointer.Append(path, name));
                break;
            case JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary:
                Add(path, $"is {JsonWords.Shown(json)}, but must be {JsonWords.Legal(type)}");
                break;
            default:
                CheckLeaf(json, type, path);
                break;
        }
    }

    private void CheckObject(JsonElement json, JsonTypeInfo type, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Add(path, $"is {JsonWords.Shown(json)}, but must be an object");
            return;
        }

        var members = MembersOf(json, path);
        string? discriminator = null;
        if (type.PolymorphismOptions is { } kinds)
        {
            discriminator = kinds.TypeDiscriminatorPropertyName;
            if (DerivedTypeOf(members, kinds, path) is not { } derived)
                return;
            type = type.Options.GetTypeInfo(derived);
        }

        foreach (var (name, value) in members)
        {
            if (name == discriminator)
                continue;
            if (type.Properties.FirstOrDefault(property => property.Name == name && JsonWords.IsSettable(property)) is not { } property)
                Add(JsonPointer.Append(path, name), "is not known", [.. JsonWords.MembersOf(type)]);
            else if (value.ValueKind != JsonValueKind.Null || !property.IsSetNullable)
                CheckValue(value, type.Options.GetTypeInfo(property.PropertyType), JsonPointer.Append(path, name));
        }

        foreach (var missing in type.Properties.Where(property => property.IsRequired && !members.ContainsKey(property.Name)))
            Add(JsonPointer.Append(path, missing.Name), $"is missing; it must be {JsonWords.Legal(type.Options.GetTypeInfo(missing.PropertyType))}");
    }

    private Type? DerivedTypeOf(Dictionary<string, JsonElement> members, JsonPolymorphismOptions kinds, string path)
    {
        var name = kinds.TypeDiscriminatorPropertyName;
        var choices = kinds.DerivedTypes.Select(derived => derived.TypeDiscriminator?.ToString() ?? "").ToList();
        var at = JsonPointer.Append(path, name);
        if (!members.TryGetValue(name, out var value))
            Add(at, "is missing", choices);
        else if (value.ValueKind is JsonValueKind.String or JsonValueKind.Number && choices.IndexOf(value.ToString()) is var index and >= 0)
            return kinds.DerivedTypes[index].DerivedType;
        else
            Add(at, $"is {JsonWords.Shown(value)}, but must be one of the listed", choices);
        return null;
    }

    /// <summary>The members by name; a second one of the same name is a mistake.</summary>
    private Dictionary<string, JsonElement> MembersOf(JsonElement json, string path)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        try
        {
            foreach (var member in json.EnumerateObject())
            {
                if (!members.TryAdd(member.Name, member.Value))
                    Add(JsonPointer.Append(path, member.Name), "is there more than once");
            }
        }
        catch (InvalidOperationException)
        {
            Add(path, "has a member whose name is no text: it contains half a surrogate pair");
        }

        return members;
    }

    private void CheckLeaf(JsonElement json, JsonTypeInfo type, string path)
    {
        if (JsonWords.Choices(type) is { } choices)
        {
            // The serializer would also take other cases, numbers and lists with commas.
            if (json.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || !choices.Contains(json.GetRawText().Trim('"'), StringComparer.Ordinal))
                Add(path, $"is {JsonWords.Shown(json)}, but must be one of the listed", choices);
            return;
        }

        var isLegal = false;
        try
        {
            var value = json.Deserialize(type);
            isLegal = value is not (double.PositiveInfinity or double.NegativeInfinity or float.PositiveInfinity or float.NegativeInfinity);     // 1e400
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or NotSupportedException or ArgumentException)
        {
            // Whatever the converter does not like; half a surrogate pair is an InvalidOperationException.
        }

        if (!isLegal)
            Add(path, $"is {JsonWords.Shown(json)}, but must be {JsonWords.Legal(type)}");
    }

    private void Add(string path, string message, IReadOnlyList<string>? allowed = null)
    {
        if (_errors.Count < MaxErrors)
            _errors.Add(new ProblemError(path, message, allowed));
    }
}
