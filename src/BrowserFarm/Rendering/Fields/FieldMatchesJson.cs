using System.Text.Json;
using System.Text.Json.Nodes;
using BrowserFarm.Jobs;

namespace BrowserFarm.Rendering.Fields;

/// <summary>Fields as <c>capture.js</c> is asked for them, and as it answers: <c>[count, [[value or inner fields, element], …], error?]</c> each.</summary>
internal static class FieldMatchesJson
{
    public static JsonArray Ask(IReadOnlyList<FieldSpec> fields) => [.. fields.Select(field => (JsonNode)new JsonObject
    {
        ["selector"] = field.Selector,
        ["xpath"] = field.Language == SelectorLanguage.XPath,
        ["list"] = field.IsList,
        ["attribute"] = field.Attribute,
        ["html"] = field.Html,
        ["fields"] = field.Fields.Count > 0 ? Ask(field.Fields) : null,
    })];

    public static IReadOnlyList<FieldMatches> Read(JsonElement answers) => [.. answers.EnumerateArray().Select(answer => new FieldMatches(
        answer[0].GetInt32(),
        [.. answer[1].EnumerateArray().Select(ReadMatch)],
        answer.GetArrayLength() > 2 ? answer[2].GetString() : null))];

    private static FieldMatch ReadMatch(JsonElement match) => match[0].ValueKind == JsonValueKind.Array
        ? new FieldMatch(Value: null, Read(match[0]), match[1].GetString() ?? "")
        : new FieldMatch(match[0].GetString(), [], match[1].GetString() ?? "");
}
