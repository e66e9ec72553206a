using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;

namespace BrowserFarm.Api.Access;

/// <summary>Reads a request's body into memory, as long as it is small, plain and quick enough.</summary>
internal static class BoundedBody
{
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(5);
    private const int FirstBuffer = 16 << 10;

    /// <returns>The bytes, or the problem to answer with.</returns>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public static async Task<(ReadOnlyMemory<byte> Bytes, Problem? Problem)> ReadAsync(HttpContext context, StrictJsonLimits limits, TimeProvider time)
    {
        var request = context.Request;
        if (TypeProblem(request) is { } wrongType)
            return (default, wrongType);
        if (request.ContentLength > limits.MaxBytes)
            return (default, TooLarge(limits));

        SetServerLimits(context, limits);
        using var end = new CancellationTokenSource(limits.MaxTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, context.RequestAborted);
        try
        {
            var body = new ArrayBufferWriter<byte>(Math.Clamp((int)(request.ContentLength ?? FirstBuffer), 1, FirstBuffer));
            while (await request.Body.ReadAsync(body.GetMemory(FirstBuffer), either.Token) is var read and > 0)
            {
                body.Advance(read);
                if (body.WrittenCount > limits.MaxBytes)
                    return (default, TooLarge(limits));
            }

            return (body.WrittenMemory, null);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return (default, TooSlow(context, limits));
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException exception)
        {
            return (default, exception.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => TooLarge(limits),
                StatusCodes.Status408RequestTimeout => TooSlow(context, limits),
                _ => new Problem(StatusCodes.Status400BadRequest, "malformed-request", "The request is not well-formed", "The body ended before it was complete, or is not framed as HTTP has it."),
            });
        }
    }

    private static Problem? TypeProblem(HttpRequest request)
    {
        // A page of another site may send plain text or a form unasked; it may not send this type.
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !(type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
            return Unsupported($"The Content-Type is {(string.IsNullOrEmpty(request.ContentType) ? "missing" : ClientText.Clean(request.ContentType))}, but must be application/json.");
        if (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
            return Unsupported($"The charset is {ClientText.Clean(type.Charset.Value)}, but must be utf-8.");
        return request.Headers.ContentEncoding.Count > 0 ? Unsupported("The body is compressed, which is not accepted: a small body may become a large one.") : null;
    }

    private static void SetServerLimits(HttpContext context, StrictJsonLimits limits)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limits.MaxBytes;
        // Requests of HTTP/2 share a connection and with it its rate, which cannot be set for one of them.
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = new MinDataRate(limits.MinBytesPerSecond, SlowStart);
    }

    private static Problem Unsupported(string detail) => new(StatusCodes.Status415UnsupportedMediaType, "media-type", "The body is not of a type that is read here", detail);

    private static Problem TooLarge(StrictJsonLimits limits) => new(StatusCodes.Status413PayloadTooLarge, "body-too-large", "The body is too large", $"At most {limits.MaxBytes} bytes are read.");

    private static Problem TooSlow(HttpContext context, StrictJsonLimits limits)
    {
        if (!context.Response.HasStarted)
            context.Response.Headers.Connection = "close";      // the rest of the body is not waited for
        return new Problem(
            StatusCodes.Status408RequestTimeout, "body-too-slow", "The body came too slowly",
            $"It must be here within {limits.MaxTime.TotalSeconds:0.#} s, at {limits.MinBytesPerSecond:0} bytes a second at least.");
    }
}
