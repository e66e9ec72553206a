using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>How crawls and results are written as JSON: camel case, nulls left out, text readable instead of escaped.</summary>
[JsonSerializable(typeof(CrawlSpec))]
[JsonSerializable(typeof(PageDocument))]
[JsonSerializable(typeof(Evidence))]
internal sealed partial class JobsJson : JsonSerializerContext
{
    /// <summary>The context to use: results are files for programs and people, not text inside a web page, so only JSON's own characters are escaped.</summary>
    public static JobsJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>Writes a field as what it is: a string, a list of strings, or null.</summary>
internal sealed class FieldValueConverter : JsonConverter<FieldValue>
{
    public override bool HandleNull => true;

    public override FieldValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return new FieldValue(reader.GetString());

        var all = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            all.Add(reader.GetString() ?? "");
        return new FieldValue(One: null, all);
    }

    public override void Write(Utf8JsonWriter writer, FieldValue value, JsonSerializerOptions options)
    {
        if (value.All is not { } all)
        {
            writer.WriteStringValue(value.One);
            return;
        }

        writer.WriteStartArray();
        foreach (var one in all)
            writer.WriteStringValue(one);
        writer.WriteEndArray();
    }
}
