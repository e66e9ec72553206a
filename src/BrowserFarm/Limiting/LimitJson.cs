using System.Text.Json;
using System.Text.Json.Serialization;

namespace BrowserFarm.Limiting;

/// <summary>How a target's limit is written where it survives a restart.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredTargetLimit))]
internal sealed partial class LimitJson : JsonSerializerContext
{
    public static string Write(StoredTargetLimit limit) => JsonSerializer.Serialize(limit, Default.StoredTargetLimit);

    /// <returns>Null when the text is not one of ours: an older or a later release's, or damaged. The limit is then found anew.</returns>
    public static StoredTargetLimit? Read(string text)
    {
        try
        {
            var limit = JsonSerializer.Deserialize(text, Default.StoredTargetLimit);
            return limit is { Target.Value: not null, Lows: not null } && double.IsFinite(limit.Limit) && double.IsFinite(limit.LastMax) ? limit : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
