using BrowserFarm.Jobs;

namespace BrowserFarm.Rendering;

/// <summary>One page to be read, and how it stands with it.</summary>
/// <param name="Turn">Asked before the site is, and told when the site has done its part.</param>
public sealed record RenderRequest(CanonicalUrl Url, PageWish Wish, TargetTurn Turn)
{
    /// <summary>It failed before: its console is watched, so that whoever looks into it has something to go by. Not the first time, for it costs every page.</summary>
    public bool WasTried { get; init; }

    /// <summary>Read without a browser, it is looked at whether it needs one (<see cref="RenderOutcome.NeedsBrowser"/>).</summary>
    public bool MayTurn { get; init; }

    /// <summary>Take along what the visitor has by then: cookies and storage.</summary>
    public bool KeepProfile { get; init; }

    /// <summary>Whether such a failure is the page's end: then a picture is taken of it, as evidence.</summary>
    public Func<AttemptFailure, bool> IsFinal { get; init; } = static _ => false;
}

/// <summary>What a failed page looked like.</summary>
/// <param name="Url">Where it stood in the end; null when it had no address yet.</param>
/// <param name="Jpeg">Picture of the viewport; null when none could be taken.</param>
/// <param name="Console">Last lines of its console, the oldest first.</param>
public sealed record PageEvidence(string? Url, byte[]? Jpeg, IReadOnlyList<string> Console);
