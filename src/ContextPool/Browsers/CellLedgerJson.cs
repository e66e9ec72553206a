using System.Text.Json.Serialization;

namespace ContextPool.Browsers;

/// <summary>The processes of one cell.</summary>
internal sealed record CellLedger(ProcessIdentity? Driver, ProcessGroup? Browser)
{
    /// <summary>Whether driver or browser still run.</summary>
    [JsonIgnore]
    public bool IsAlive => Driver is { IsAlive: true } || Browser is { Browser.IsAlive: true };
}

[JsonSerializable(typeof(CellLedger))]
internal sealed partial class CellLedgerJson : JsonSerializerContext;
