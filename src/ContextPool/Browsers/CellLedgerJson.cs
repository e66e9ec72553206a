using System.Text.Json.Serialization;

namespace ContextPool.Browsers;

[JsonSerializable(typeof(ProcessIdentity[]))]
internal sealed partial class CellLedgerJson : JsonSerializerContext;
