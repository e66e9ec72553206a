using System.Diagnostics;
using System.Globalization;
using BrowserFarm.Jobs;

namespace BrowserFarm.Diagnostics;

/// <summary>Spans of the farm's work: one for an attempt, in it one for each of its steps. Costs nothing while nobody listens.</summary>
/// <remarks>Those of a page in the browser are <c>Rendering/RenderTraces</c>. Addresses and numbers of jobs belong here, where a span is of one page, and never into metrics.</remarks>
internal static class FarmTraces
{
    public const string SourceName = "BrowserFarm";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of an attempt, and in it that of the admission, which has ended by now.</summary>
    /// <param name="askedAt">When the job was asked for.</param>
    public static Activity? BeginAttempt(Job job, DateTimeOffset askedAt)
    {
        if (Source.StartActivity("attempt", ActivityKind.Consumer, parentContext: default, startTime: askedAt) is not { } attempt)
            return null;

        attempt.SetTag("browserfarm.crawl", job.CrawlId);
        attempt.SetTag("browserfarm.job", job.Id);
        attempt.SetTag("browserfarm.attempt", job.Attempts);
        attempt.SetTag("browserfarm.engine", job.Engine.ToString().ToLower(CultureInfo.InvariantCulture));
        attempt.SetTag("url.full", job.Url.Value);
        Source.StartActivity("admission", ActivityKind.Internal, attempt.Context, startTime: askedAt)?.Dispose();
        return attempt;
    }

    /// <summary>Begins the span of a step: of whatever the caller is in.</summary>
    public static Activity? Step(string name) => Source.StartActivity(name);

    /// <summary>Notes what an attempt came to.</summary>
    public static void Tell(Activity? attempt, AttemptOutcome outcome)
    {
        if (attempt is null)
            return;

        attempt.SetTag("browserfarm.outcome", outcome.GetType().Name.ToLower(CultureInfo.InvariantCulture));
        if (outcome is not AttemptOutcome.Failed { Failure: var failure })
            return;
        attempt.SetTag("error.type", failure.Class);
        attempt.SetStatus(ActivityStatusCode.Error, failure.Reason);
    }
}
