using BrowserFarm.Diagnostics;
using BrowserFarm.Queueing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Api;

/// <summary>Makes problems of exceptions: a queue that cannot be written is told as that, anything else is a fault of ours that names nothing of the inside.</summary>
internal sealed class Failures(RequestDelegate next, ILogger<Failures> logger)
{
    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response.ContentLength is null && context.Response.ContentType is null && Nobodys(context.Response.StatusCode) is { } problem)
                await Problems.WriteAsync(context, problem);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked is gone.
        }
        catch (BadHttpRequestException exception)
        {
            await AnswerAsync(context, new Problem(exception.StatusCode, "bad-request", "The request cannot be read", ClientText.Clean(exception.Message)));
        }
        catch (QueueStorageException exception)
        {
            logger.QueueNotSeen(exception.Message);
            await AnswerAsync(context, new Problem(StatusCodes.Status503ServiceUnavailable, "storage", "Nothing can be stored", "The queue cannot be read or written at the moment; /readyz says why.") { RetryAfter = ComeAgain });
        }
        catch (Exception exception)
        {
            logger.RequestFaulted(exception, context.Request.Method, ClientText.Clean(context.Request.Path.ToUriComponent()));
            await AnswerAsync(context, new Problem(StatusCodes.Status500InternalServerError, "fault", "A fault of the service", "The request met a fault of the service; its log tells more."));
        }
    }

    /// <summary>What routing says when no endpoint takes a request.</summary>
    private static Problem? Nobodys(int status) => status switch
    {
        StatusCodes.Status404NotFound => Problems.NotFound("There is nothing at this address; /openapi/v1.json lists what there is."),
        StatusCodes.Status405MethodNotAllowed => new Problem(status, "method", "Not in this way", "The address is there, but does not take this method; /openapi/v1.json lists what it takes."),
        StatusCodes.Status415UnsupportedMediaType => new Problem(status, "media-type", "Not of this type", "The body must be of the type application/json, or what /openapi/v1.json lists."),
        _ => null,
    };

    /// <summary>Once the answer has begun nothing can be said any more: the connection is cut, so that nobody takes half of it for the whole.</summary>
    private static async Task AnswerAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        await Problems.WriteAsync(context, problem);
    }
}
