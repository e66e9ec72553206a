using System.Text.Json;
using System.Text.Json.Nodes;

namespace BrowserFarm.Api;

/// <summary>Examples of requests and answers, by the names of their types: <c>examples.json</c>. That each can be read as what it is an example of is tested.</summary>
internal static class ApiExamples
{
    private static readonly Lazy<JsonObject> All = new(Load);

    public static IEnumerable<string> Names => All.Value.Select(example => example.Key);

    /// <returns>Null when there is none; of a list of something, a list of one.</returns>
    public static JsonNode? Find(Type type)
    {
        if (All.Value.TryGetPropertyValue(type.Name, out var example))
            return example!.DeepClone();
        return type.IsGenericType && Find(type.GetGenericArguments()[0]) is { } one ? new JsonArray(one) : null;
    }

    /// <summary>A problem of this status, as RFC 9457 has it.</summary>
    public static JsonNode? Problem(int status) => All.Value["Problems"]![status.ToString(System.Globalization.CultureInfo.InvariantCulture)]?.DeepClone();

    private static JsonObject Load()
    {
        using var stream = typeof(ApiExamples).Assembly.GetManifestResourceStream("examples.json") ?? throw new InvalidOperationException("examples.json is not in the program.");
        return JsonNode.Parse(stream, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
    }
}
