namespace BrowserFarm.Api;

/// <summary>Why a request is refused: the content of an RFC 9457 problem. Needs no web server, so that whoever finds a mistake can say it.</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Kind">What a program may branch on, in lower case with hyphens: <c>token-expired</c>. It becomes the problem's <c>type</c>.</param>
/// <param name="Title">The kind in words, the same for every problem of it.</param>
/// <param name="Detail">One or two sentences on this one: what was found, and what to change. Text of the client goes in through <see cref="ClientText"/>.</param>
public sealed record Problem(int Status, string Kind, string Title, string Detail)
{
    /// <summary>What is wrong with single members of the request; empty when the request as a whole is refused.</summary>
    public IReadOnlyList<ProblemError> Errors { get; init; } = [];

    /// <summary>When to come again; sent as <c>Retry-After</c> in whole seconds, rounded up.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>A mistake in one member of a request.</summary>
/// <param name="Path">JSON pointer (RFC 6901) into the body: <c>/page/formats/2</c>; empty for the body itself.</param>
/// <param name="Message">One sentence without the path.</param>
/// <param name="Allowed">The legal values or names; null when they cannot be listed.</param>
public sealed record ProblemError(string Path, string Message, IReadOnlyList<string>? Allowed = null);
