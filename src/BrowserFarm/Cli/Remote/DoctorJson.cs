using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BrowserFarm.Cli.Remote;

/// <summary>A check of <c>farm doctor --json</c>.</summary>
internal sealed record DoctorCheck(string Subject, string Grade, string Text, string? Remedy);

[JsonSerializable(typeof(List<DoctorCheck>))]
internal sealed partial class DoctorJson : JsonSerializerContext
{
    public static DoctorJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
