using System.Text.Json;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Reads events of the DevTools protocol: what is absent or of another kind is nothing, for a browser of another version may say less.</summary>
internal static class ProtocolJson
{
    /// <summary>Longest value of a header or address that is kept.</summary>
    private const int MaxLength = 8192;

    public static string? TextOf(this JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? Cut(value.GetString()!) : null;

    /// <returns>0 when there is none.</returns>
    public static double NumberOf(this JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    /// <inheritdoc cref="NumberOf"/>
    public static int IntOf(this JsonElement json, string key) => (int)Math.Clamp(json.NumberOf(key), int.MinValue, int.MaxValue);

    public static bool FlagOf(this JsonElement json, string key) => json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>Headers: several of one name are told in one value, a line each.</summary>
    public static IReadOnlyList<NamedValue> NamedValuesOf(this JsonElement json, string key) =>
        !json.TryGetProperty(key, out var values) || values.ValueKind != JsonValueKind.Object
            ? []
            : [.. values.EnumerateObject().SelectMany(header => (header.Value.ToString() ?? "").Split('\n'), (header, line) => new NamedValue(Cut(header.Name), Cut(line)))];

    private static string Cut(string text) => text.Length > MaxLength ? text[..MaxLength] : text;
}
