using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Failures;

namespace BrowserFarm.Rendering.Frames;

/// <summary>What can be had of a tab that draws nothing. Pure.</summary>
public static class FramesPolicy
{
    /// <summary>Nothing that is wished for needs a drawn page, does anything in it that must not be done twice, or tells of how it was loaded.</summary>
    public static bool CanDoWithout(PageWish wish) =>
        wish.Actions.Count == 0 && wish.Handler is null && wish.Formats.All(format => format is
            PageFormat.Json or PageFormat.Html or PageFormat.Text or PageFormat.Markdown or PageFormat.Main or PageFormat.Metadata);

    /// <summary>It failed in a way that a page can that waits for what comes with frames: it may do better where there are some.</summary>
    public static bool MayBeForWantOf(AttemptFailure failure) =>
        failure.Class is FailureClasses.SelectorMissing or FailureClasses.NotReady or FailureClasses.PageHung or FailureClasses.Unexpected;
}
