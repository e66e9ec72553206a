using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Fields;

namespace BrowserFarm.Extraction;

/// <summary>The fields of one page.</summary>
/// <param name="Values">By name, in the order of the schema; a field without a value is null, or an empty list.</param>
/// <param name="Problems">What there was and could not be read, and what is required and was not there.</param>
/// <param name="Missing">The first required field that has no value; null when all have.</param>
internal sealed record PageFields(JsonObject Values, IReadOnlyList<FieldProblem> Problems, FieldProblem? Missing);

/// <summary>Makes values of what selectors matched, by the schema: white space, pattern, type, default, requirement. The same for rendered and for plain pages. Pure.</summary>
internal sealed class FieldReader
{
    /// <summary>Problems that are told of one page.</summary>
    private const int MaxProblems = 50;

    private const int MaxFound = 120;

    /// <summary>A pattern lives as long as the wish it is of.</summary>
    private static readonly ConditionalWeakTable<FieldSpec, Regex> Patterns = [];

    private readonly Uri _base;
    private readonly List<FieldProblem> _problems = [];

    private FieldReader(Uri baseUrl) => _base = baseUrl;

    /// <param name="matches">In the order of the fields.</param>
    /// <param name="baseUrl">What relative addresses are relative to.</param>
    public static PageFields Read(IReadOnlyList<FieldSpec> fields, IReadOnlyList<FieldMatches> matches, Uri baseUrl)
    {
        var reader = new FieldReader(baseUrl);
        var values = reader.ReadObject(fields, matches, "", out var missing);
        return new PageFields(values, [.. reader._problems.Take(MaxProblems)], missing);
    }

    private JsonObject ReadObject(IReadOnlyList<FieldSpec> fields, IReadOnlyList<FieldMatches> matches, string path, out FieldProblem? missing)
    {
        missing = null;
        var values = new JsonObject();
        for (var i = 0; i < fields.Count; i++)
        {
            values[fields[i].Name] = ReadField(fields[i], matches[i], path + fields[i].Name, out var without);
            missing ??= without;
        }

        return values;
    }

    private JsonNode? ReadField(FieldSpec field, FieldMatches found, string path, out FieldProblem? missing)
    {
        missing = null;
        if (found.Error is { } error)
            _problems.Add(new FieldProblem(path, field.Spelled, "nothing", error));
        else if (field.IsList && found.Count > found.Taken.Count)
            _problems.Add(new FieldProblem(path, field.Spelled, $"{found.Count} matches", $"only the first {found.Taken.Count} were taken"));

        var before = _problems.Count;
        var values = new List<JsonNode?>();
        for (var i = 0; i < found.Taken.Count; i++)
        {
            if (ReadMatch(field, found.Taken[i], field.IsList ? $"{path}[{i}]" : path, out var inner) is { } value)
                values.Add(value);
            missing ??= field.IsList ? null : inner;   // an element of a list is left out, and the page is not to blame
        }

        if (values.Count > 0)
            return field.IsList ? new JsonArray([.. values]) : values[0];
        if (field.Default is { } substitute)
            return JsonNode.Parse(substitute.GetRawText());

        if (field.Required && missing is null)
        {
            missing = _problems.Count > before ? _problems[before] : new FieldProblem(path, field.Spelled, Seen(field, found), "it is required");
            if (_problems.Count == before)
                _problems.Add(missing);
        }

        return field.IsList ? new JsonArray() : null;
    }

    private JsonNode? ReadMatch(FieldSpec field, FieldMatch match, string path, out FieldProblem? missing)
    {
        missing = null;
        if (field.Fields.Count > 0)
        {
            var inside = ReadObject(field.Fields, match.Fields, $"{path}.", out missing);
            return missing is null ? inside : null;
        }

        if (match.Value is not { } raw)
            return null;

        var text = Spaced(raw, field);
        if (TryRead(field, text, out var value, out var problem))
            return value;
        _problems.Add(new FieldProblem(path, field.Spelled, $"\"{Shortened(text)}\"", problem));
        return null;
    }

    private bool TryRead(FieldSpec field, string text, out JsonNode? value, out string problem)
    {
        value = null;
        problem = "";
        if (field.Pattern is { } pattern)
        {
            try
            {
                var found = FieldPattern.Find(Patterns.GetValue(field, _ => FieldPattern.Of(pattern)), text);
                if (field.Type == FieldType.Bool)
                {
                    value = found is not null;
                    return true;
                }

                problem = $"it does not match {pattern}";
                if (found is null)
                    return false;
                text = found;
            }
            catch (RegexMatchTimeoutException)
            {
                problem = $"the pattern {pattern} took too long on it";
                return false;
            }
        }

        var rules = LocaleRules.Find(field.Locale) ?? LocaleRules.None;
        switch (field.Type)
        {
            case FieldType.Number when NumberText.TryParse(text, rules, out var number, out problem):
                value = number;
                return true;
            case FieldType.Money when NumberText.TryParseMoney(text, rules, out var money, out problem):
                value = money;
                return true;
            case FieldType.Date when DateText.TryParse(text, rules, out var date, out problem):
                value = date;
                return true;
            case FieldType.Bool when TryBool(text, field, out var flag, out problem):
                value = flag;
                return true;
            case FieldType.Url when Uri.TryCreate(_base, text.Trim(), out var url):
                value = url.AbsoluteUri;
                return true;
            case FieldType.Url:
                problem = "it is not an address";
                return false;
            case FieldType.Text:
                value = text;
                return true;
            default:
                return false;
        }
    }

    /// <summary>An attribute that is there without a value says yes, as in HTML.</summary>
    private static bool TryBool(string text, FieldSpec field, out bool flag, out string problem)
    {
        var word = text.Trim().ToLowerInvariant();
        flag = word is "true" or "yes" or "on" or "1" || (field.Attribute is not null && (word.Length == 0 || word == field.Attribute));
        problem = flag || word is "false" or "no" or "off" or "0" ? "" : "it is not true or false (yes, no, on, off, 1, 0): give a pattern";
        return problem.Length == 0;
    }

    private static string Spaced(string text, FieldSpec field) => (field.Space ?? (field.Attribute is not null ? WhiteSpace.Keep : field.Html ? WhiteSpace.Trim : WhiteSpace.Fold)) switch
    {
        WhiteSpace.Fold => FieldSelector.Folded(text),
        WhiteSpace.Trim => text.Trim(),
        _ => text,
    };

    private static string Seen(FieldSpec field, FieldMatches found) =>
        found.Taken.Count == 0 ? "nothing"
        : field.Attribute is { } attribute ? $"{found.Taken[0].Element} without {attribute}"
        : found.Taken[0].Element;

    private static string Shortened(string text) => text.Length > MaxFound ? text[..MaxFound] + "…" : text;
}
