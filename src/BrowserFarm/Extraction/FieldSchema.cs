using System.Text.Json;
using BrowserFarm.Jobs;

namespace BrowserFarm.Extraction;

/// <summary>Reads a schema file: JSON with comments, field names as keys, all mistakes told at once. Documented in <c>docs/fields.md</c>.</summary>
public sealed class FieldSchema
{
    /// <summary>Fields of a schema, inner ones included.</summary>
    public const int MaxFields = 500;

    /// <summary>Objects inside of objects.</summary>
    public const int MaxDepth = 5;

    public const int MaxBytes = 1 << 20;

    private const int MaxNameLength = 200;
    private const int MaxPatternLength = 1000;
    private const int MaxMistakes = 20;

    private static readonly string[] Keys = ["css", "xpath", "attribute", "html", "list", "type", "locale", "space", "pattern", "required", "default", "fields"];

    private readonly List<string> _mistakes = [];
    private int _count;

    /// <param name="json">UTF-8.</param>
    /// <param name="source">How messages call it.</param>
    /// <exception cref="FormatException">It is not JSON or not a schema; the message lists what is wrong, each with its path and the legal values.</exception>
    public static IReadOnlyList<FieldSpec> Parse(ReadOnlyMemory<byte> json, string source)
    {
        if (json.Length > MaxBytes)
            throw new FormatException($"{source} has {json.Length} bytes; a schema has at most {MaxBytes}.");

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{source} is not JSON: {exception.Message}", exception);
        }

        using (document)
        {
            var schema = new FieldSchema();
            var fields = schema.ReadFields(document.RootElement, "", depth: 1);
            return schema._mistakes.Count == 0
                ? fields
                : throw new FormatException($"{source} is not a schema of fields: {string.Join(' ', schema._mistakes.Take(MaxMistakes))}{(schema._mistakes.Count > MaxMistakes ? $" And {schema._mistakes.Count - MaxMistakes} more." : "")}");
        }
    }

    private List<FieldSpec> ReadFields(JsonElement json, string path, int depth)
    {
        var fields = new List<FieldSpec>();
        if (json.ValueKind != JsonValueKind.Object || !json.EnumerateObject().Any())
        {
            Wrong(path, """an object with a field for each key, like { "title": "h1" }""");
            return fields;
        }

        if (depth > MaxDepth)
        {
            Wrong(path, $"at most {MaxDepth} levels of fields");
            return fields;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (++_count > MaxFields)
            {
                if (_count == MaxFields + 1)
                    Wrong(at, $"one of at most {MaxFields} fields");
                return fields;
            }

            if (property.Name.Length is 0 or > MaxNameLength || property.Name.Any(char.IsControl))
                Wrong(at, $"called by 1 to {MaxNameLength} characters");
            else if (!names.Add(property.Name))
                Wrong(at, "given once");
            else if (ReadField(property, at, isInner: depth > 1, depth) is { } field)
                fields.Add(field);
        }

        return fields;
    }

    private FieldSpec? ReadField(JsonProperty property, string path, bool isInner, int depth)
    {
        if (property.Value.ValueKind == JsonValueKind.String)
            return ReadShort(property.Name, property.Value.GetString()!, path);
        if (property.Value.ValueKind != JsonValueKind.Object)
        {
            Wrong(path, """a selector, or an object like { "css": ".price", "type": "number" }""");
            return null;
        }

        var json = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var key in property.Value.EnumerateObject())
        {
            if (!Keys.Contains(key.Name, StringComparer.Ordinal))
                Wrong($"{path}.{key.Name}", $"one of {string.Join(", ", Keys)}");
            else if (!json.TryAdd(key.Name, key.Value))
                Wrong($"{path}.{key.Name}", "given once");
        }

        IReadOnlyList<FieldSpec> inner = json.TryGetValue("fields", out var fields) ? ReadFields(fields, path, depth + 1) : (IReadOnlyList<FieldSpec>)[];
        var isObject = json.ContainsKey("fields");
        foreach (var key in isObject ? json.Keys.Intersect(["attribute", "html", "type", "locale", "space", "pattern"], StringComparer.Ordinal) : [])
            Wrong($"{path}.{key}", "absent: the field has fields, and so is an object");

        var (selector, language) = ReadSelector(json, path, mayBeAbsent: isInner || isObject);
        var field = new FieldSpec(property.Name, selector, Text(json, path, "attribute", IsName, "the name of an attribute"), Flag(json, path, "list"))
        {
            Language = language,
            Html = Flag(json, path, "html"),
            Type = Choice<FieldType>(json, path, "type") ?? FieldType.Text,
            Locale = Text(json, path, "locale", text => LocaleRules.Find(text) is not null, $"a language, or one and a region, like de or de-CH; languages: {string.Join(", ", LocaleRules.Languages)}"),
            Space = Choice<WhiteSpace>(json, path, "space"),
            Pattern = Text(json, path, "pattern", IsPattern, $"a regular expression of .NET with at most {MaxPatternLength} characters"),
            Required = Flag(json, path, "required"),
            Default = json.TryGetValue("default", out var value) ? value.Clone() : null,
            Fields = inner,
        };
        Check(field, path, isObject);
        return field;
    }

    private FieldSpec? ReadShort(string name, string text, string path)
    {
        try
        {
            return FieldSelector.Parse($"{name}={text}") with { Name = name, IsList = false };
        }
        catch (FormatException exception)
        {
            _mistakes.Add($"{path}: {exception.Message}");
            return null;
        }
    }

    private (string Selector, SelectorLanguage Language) ReadSelector(Dictionary<string, JsonElement> json, string path, bool mayBeAbsent)
    {
        var css = Text(json, path, "css", _ => true, "a CSS selector");
        var xpath = Text(json, path, "xpath", _ => true, "an XPath 1.0 expression");
        if (css is not null && xpath is not null)
            Wrong(path, "found by css or by xpath, not by both");
        else if (css is null && xpath is null && !mayBeAbsent && !json.ContainsKey("css") && !json.ContainsKey("xpath"))
            Wrong(path, "found by css or xpath: it has neither");

        try
        {
            if (css is not null)
                FieldSelector.ThrowIfNotCss(path, css);
            if (xpath is not null)
                FieldSelector.ThrowIfNotXPath(path, xpath);
        }
        catch (FormatException exception)
        {
            _mistakes.Add($"{path}: {exception.Message}");
        }

        return xpath is not null ? (xpath, SelectorLanguage.XPath) : (css ?? "", SelectorLanguage.Css);
    }

    private void Check(FieldSpec field, string path, bool isObject)
    {
        if (field is { Html: true, Attribute: not null })
            Wrong($"{path}.html", "absent: an attribute has no HTML inside");
        if (field is { Required: true, Default: not null })
            Wrong($"{path}.required", "absent: a field with a default is never missing");
        if (field.Locale is not null && field.Type is not (FieldType.Number or FieldType.Money or FieldType.Date))
            Wrong($"{path}.locale", "absent, or the type number, money or date");
        if (field.Default is { } value && !Fits(value, field, isObject))
            Wrong($"{path}.default", field.IsList ? "a list" : $"{Kind(field, isObject)}, as its values are, or null");
    }

    private static bool Fits(JsonElement value, FieldSpec field, bool isObject) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => field.IsList,
        _ when field.IsList => false,
        JsonValueKind.Object => isObject || field.Type == FieldType.Money,
        JsonValueKind.Number => field.Type == FieldType.Number && !isObject,
        JsonValueKind.True or JsonValueKind.False => field.Type == FieldType.Bool && !isObject,
        _ => field.Type is FieldType.Text or FieldType.Date or FieldType.Url && !isObject,
    };

    private static string Kind(FieldSpec field, bool isObject) =>
        isObject || field.Type == FieldType.Money ? "an object" : field.Type switch
        {
            FieldType.Number => "a number",
            FieldType.Bool => "true or false",
            _ => "a string",
        };

    private bool Flag(Dictionary<string, JsonElement> json, string path, string key)
    {
        if (!json.TryGetValue(key, out var value))
            return false;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Wrong($"{path}.{key}", "true or false");
        return value.ValueKind == JsonValueKind.True;
    }

    private T? Choice<T>(Dictionary<string, JsonElement> json, string path, string key)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToList();
        return Text(json, path, key, text => words.Contains(text, StringComparer.Ordinal), string.Join(", ", words)) is { } word ? Enum.Parse<T>(word, ignoreCase: true) : null;
    }

    private string? Text(Dictionary<string, JsonElement> json, string path, string key, Func<string, bool> isLegal, string legal)
    {
        if (!json.TryGetValue(key, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && isLegal(text))
            return text;
        Wrong($"{path}.{key}", legal);
        return null;
    }

    private void Wrong(string path, string legal) => _mistakes.Add($"{(path.Length == 0 ? "the schema" : path)} must be {legal}.");

    private static bool IsName(string text) => text.Length <= MaxNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ':' or '.');

    private static bool IsPattern(string text)
    {
        try
        {
            return text.Length <= MaxPatternLength && FieldPattern.Of(text) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
