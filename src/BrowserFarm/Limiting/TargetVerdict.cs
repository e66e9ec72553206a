namespace BrowserFarm.Limiting;

/// <summary>What a target's answer says about its load.</summary>
public enum TargetVerdict
{
    /// <summary>It answered as it should.</summary>
    Good,

    /// <summary>It said "too many" (429, or 503 with <c>Retry-After</c>).</summary>
    Throttled,

    /// <summary>It could not keep up (502, 503, 504, no connection, no answer in time).</summary>
    Overloaded,

    /// <summary>It says nothing about load (another status, our own crash, a stop, a proxy's fault).</summary>
    Neutral,
}
