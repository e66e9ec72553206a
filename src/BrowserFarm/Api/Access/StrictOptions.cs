using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BrowserFarm.Api.Access;

/// <summary>The serializer options of a context, made strict.</summary>
internal static class StrictOptions
{
    private static readonly ConditionalWeakTable<JsonSerializerOptions, JsonSerializerOptions> Known = [];

    /// <summary>The same names and converters, but nothing unknown, repeated, missing, null or loosely written passes. Made once for each context.</summary>
    public static JsonSerializerOptions Of(JsonSerializerOptions options) => Known.GetValue(options, static original =>
    {
        var strict = new JsonSerializerOptions(original)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            AllowTrailingCommas = false,
            ReadCommentHandling = JsonCommentHandling.Disallow,
            AllowOutOfOrderMetadataProperties = true,       // an object has no order (RFC 8259 §1)
            NumberHandling = JsonNumberHandling.Strict,
            PropertyNameCaseInsensitive = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };
        strict.MakeReadOnly();
        return strict;
    });
}
