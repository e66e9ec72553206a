using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace BrowserFarm.Api.Access;

/// <summary>Says in words of JSON, not of .NET, what a type takes.</summary>
internal static class JsonWords
{
    private const int ShownLength = 60;
    private static readonly ConditionalWeakTable<JsonTypeInfo, string[]> Known = [];

    /// <summary>What must stand in a place, to follow "must be".</summary>
    public static string Legal(JsonTypeInfo type)
    {
        var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return type.Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
            JsonTypeInfoKind.Enumerable => "an array",
            _ when bare.IsEnum => "one of the listed",
            _ when bare == typeof(bool) => "true or false",
            _ when bare == typeof(string) => "a string",
            _ when bare == typeof(int) => $"a whole number from {int.MinValue} to {int.MaxValue}",
            _ when bare == typeof(long) || bare == typeof(short) || bare == typeof(byte) || bare == typeof(uint) || bare == typeof(ulong) => "a whole number in range",
            _ when bare == typeof(double) || bare == typeof(float) || bare == typeof(decimal) => "a number in range",
            _ when bare == typeof(DateTimeOffset) || bare == typeof(DateTime) => "a time like 2027-01-01T00:00:00Z",
            _ when bare == typeof(TimeSpan) => "a duration like 00:00:30",
            _ when bare == typeof(Uri) => "an address",
            _ => "another value",
        };
    }

    /// <summary>The legal values of an enum, as they are written in JSON; null for other types.</summary>
    public static IReadOnlyList<string>? Choices(JsonTypeInfo type)
    {
        var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (!bare.IsEnum)
            return null;

        return Known.GetValue(type.Options.GetTypeInfo(bare), ChoicesOf);
    }

    /// <summary>Written by its own converter, whatever naming that follows. Combinations of flags are in no list.</summary>
    private static string[] ChoicesOf(JsonTypeInfo single)
    {
        var bare = single.Type;
        return [.. Enum.GetValuesAsUnderlyingType(bare).Cast<object>().Select(value => JsonSerializer.Serialize(Enum.ToObject(bare, value), single).Trim('"')).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The names that an object of a type may have.</summary>
    public static IEnumerable<string> MembersOf(JsonTypeInfo type) =>
        type.Properties.Where(IsSettable).Select(property => property.Name);

    /// <summary>Whether it may be sent: some members are only ever written.</summary>
    public static bool IsSettable(JsonPropertyInfo property) => property.Set is not null || property.AssociatedParameter is not null;

    /// <summary>A value as it was sent, cut.</summary>
    public static string Shown(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => ClientText.Clean(json.GetRawText(), ShownLength),
    };
}
