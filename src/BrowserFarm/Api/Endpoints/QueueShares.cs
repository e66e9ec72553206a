using BrowserFarm.Api.Access;
using BrowserFarm.Queueing;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Endpoints;

/// <summary>Holds every token to its part of the queue, so that one client's flood leaves room for the others.</summary>
internal sealed class QueueShares(IJobQueue queue, QueueBounds bounds)
{
    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(10);

    /// <summary>Who asks; null without tokens.</summary>
    public static string? OwnerOf(HttpContext context) => context.GetCaller().Token?.Name;

    /// <summary>A problem when the caller's jobs take as much of the queue as they may.</summary>
    /// <param name="more">Jobs to be added.</param>
    public async Task<Problem?> CheckAsync(HttpContext context, int more, CancellationToken cancellationToken)
    {
        if (context.GetCaller().Token is not { QueueShare: < 1 } token)
            return null;

        var most = (long)(bounds.MaxQueued * token.QueueShare);
        var waiting = await queue.CountWaitingAsync(token.Name, cancellationToken);
        return waiting + more <= most
            ? null
            : new Problem(
                StatusCodes.Status429TooManyRequests, "queue-share", "The token's part of the queue is full",
                $"{waiting} pages of the token {ClientText.Clean(token.Name)} wait, of the {most} that may; come again when some are read.")
            { RetryAfter = ComeAgain };
    }
}
