namespace BrowserFarm.Jobs;

/// <summary>What happens after a failure <em>is</em> its kind.</summary>
public enum FailureKind
{
    /// <summary>May well succeed next time: counted, tried again with backoff.</summary>
    Transient,

    /// <summary>The target asked for patience: held, not counted.</summary>
    Throttled,

    /// <summary>Will not succeed by trying again.</summary>
    Permanent,

    /// <summary>Our browser or a neighbour's page was at fault: tried again, not counted.</summary>
    ContextLost,

    /// <summary>The browser went away with the page in it, which may have been the page's doing: tried again, not counted; in the end alone, to know.</summary>
    BrowserLost,
}

/// <summary>Why an attempt failed.</summary>
/// <param name="Class">Short stable word for grouping, for example <c>http-404</c>, <c>dns</c>, <c>timeout</c>.</param>
/// <param name="Reason">One sentence for a person.</param>
/// <param name="RetryAfter">How long the target asked us to stay away; null when it did not say.</param>
public sealed record AttemptFailure(FailureKind Kind, string Class, string Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>What the page looked like; kept with a dead letter. Null when there was no page to look at.</summary>
    public Evidence? Evidence { get; init; }
}

/// <summary>What one try came to.</summary>
public abstract record AttemptOutcome
{
    private AttemptOutcome()
    {
    }

    /// <summary>How much of the try was waiting for a free context.</summary>
    public TimeSpan ForContext { get; init; }

    /// <summary>The page is read.</summary>
    /// <param name="Discovered">Links to follow; may be empty.</param>
    /// <param name="Skipped">Links not to follow, with the reason; may be empty.</param>
    public sealed record Succeeded(PageDocument Document, IReadOnlyList<NewJob> Discovered, IReadOnlyList<SkippedUrl> Skipped) : AttemptOutcome;

    public sealed record Failed(AttemptFailure Failure) : AttemptOutcome;

    /// <summary>It was tried without a browser, or was to be, and needs one.</summary>
    /// <param name="Reason">One sentence for a person.</param>
    public sealed record NeedsBrowser(string Reason) : AttemptOutcome;

    /// <summary>It was not tried to its end, for the farm is stopping or the target wants to be left alone: not the job's fault, not counted.</summary>
    public sealed record Interrupted : AttemptOutcome;

    /// <summary>It was called off.</summary>
    public sealed record Cancelled : AttemptOutcome;
}

/// <summary>What follows an outcome; the queue carries it out in one transaction.</summary>
public abstract record Settlement
{
    private Settlement()
    {
    }

    /// <inheritdoc cref="AttemptOutcome.ForContext"/>
    public TimeSpan ForContext { get; init; }

    /// <summary>Done: the result, the links found and the job's end are stored together.</summary>
    public sealed record Ack(PageDocument Document, IReadOnlyList<NewJob> Discovered, IReadOnlyList<SkippedUrl> Skipped) : Settlement;

    /// <summary>Counted; due again later.</summary>
    public sealed record Retry(AttemptFailure Failure, DateTimeOffset DueAt) : Settlement;

    /// <summary>Throttled by the target: not counted; due again later.</summary>
    public sealed record Hold(AttemptFailure Failure, DateTimeOffset DueAt) : Settlement;

    /// <summary>Lost through no fault of the page: not counted; due again later.</summary>
    public sealed record Refund(AttemptFailure Failure, DateTimeOffset DueAt) : Settlement;

    /// <summary>Given back untouched because the farm stops: nothing is counted; due at once.</summary>
    public sealed record Return : Settlement;

    /// <summary>Put into the line of the other engine: nothing is counted; due at once.</summary>
    public sealed record Reassign(Engine Engine) : Settlement;

    /// <summary>Called off: ended without a result.</summary>
    public sealed record Cancel : Settlement;

    /// <summary>Kept for a human, with every attempt.</summary>
    public sealed record DeadLetter(AttemptFailure Failure) : Settlement;
}
