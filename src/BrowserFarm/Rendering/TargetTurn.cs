namespace BrowserFarm.Rendering;

/// <summary>What a rendering asks and tells whoever holds the permit of its target. Both are called from any thread and must not wait.</summary>
/// <param name="MayAsk">Asked last thing before the target is: it may have said "not now" since this attempt set out. No: nothing is sent.</param>
/// <param name="Served">
/// Told at most once, and never of a page that was refused: the target has done its part, and somebody else may have its attention while the page is waited for and
/// read. With the time to the first byte. It may come just after the rendering has ended, or not at all.
/// </param>
public sealed record TargetTurn(Func<bool> MayAsk, Action<TimeSpan> Served)
{
    /// <summary>For a rendering that nobody has to permit.</summary>
    public static TargetTurn Unlimited { get; } = new(static () => true, static _ => { });
}
