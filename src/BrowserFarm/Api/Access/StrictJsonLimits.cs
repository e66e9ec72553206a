namespace BrowserFarm.Api.Access;

/// <summary>How much of a body is read, and for how long.</summary>
public sealed record StrictJsonLimits
{
    /// <summary>1 MB in 30 s, 64 deep.</summary>
    public static StrictJsonLimits Default { get; } = new();

    /// <summary>Largest body.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>Objects and arrays inside one another, the outermost counted. Deeper ones cost a reader its stack.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>From the first look at the body to its last byte.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Least bytes in a second, after the first five seconds; where the server can hold it (Kestrel, HTTP/1.1).</summary>
    public double MinBytesPerSecond { get; init; } = 240;
}
