namespace BrowserFarm.Storage.Exports;

/// <summary>In which form results are handed out.</summary>
public enum ResultFormat
{
    /// <summary>A JSON document a line, as in <c>results.ndjson</c>.</summary>
    Ndjson,

    /// <summary>A table (RFC 4180), a row a page.</summary>
    Csv,

    /// <summary>One JSON array.</summary>
    Json,
}
