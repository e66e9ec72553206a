using BrowserFarm.Queueing;

namespace BrowserFarm.Operations;

/// <summary>Causes of waiting in words for people, as what comes behind a time: <c>12.0 s</c> "while its site was left alone".</summary>
internal static class WaitWords
{
    public static string Of(WaitCause cause) => cause switch
    {
        WaitCause.NobodyWorks => "while no program worked on the crawl",
        WaitCause.Outside => "outside of its line, which was full",
        WaitCause.DueTime => "for a time of its own, after a try, or while its crawl was paused",
        WaitCause.TargetBlocked => "while its site was left alone after a refusal",
        WaitCause.Spacing => "for the gap between two requests to its site",
        WaitCause.TargetLimit => "for its site's limit of requests at once",
        WaitCause.Turn => "for its turn and a free worker",
        _ => "for a free context",
    };
}
