using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Access;

/// <summary>A value that was read, or the problem to answer with; exactly one of the two.</summary>
public sealed class StrictJsonResult<T>
    where T : class
{
    internal StrictJsonResult(T value) => Value = value;

    internal StrictJsonResult(Problem problem) => Problem = problem;

    public T? Value { get; }

    /// <summary>Null when there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Value))]
    public Problem? Problem { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool IsRead => Value is not null;
}

/// <summary>Reads a request's body as JSON into a type, and takes nothing for granted: size, time, encoding, depth, and every member.</summary>
/// <remarks>
/// Refused with 413 too large, 408 too slow, 415 not JSON or compressed, 400 not well-formed (also comments, trailing commas, a byte order mark, invalid UTF-8,
/// too deep), 422 members that are twice there, unknown, missing or of a wrong type: all of them at once, each with its path. RFC 8259 leaves to the reader what
/// members of the same name mean; two readers that differ are how a check is got round.
/// </remarks>
public static class StrictJson
{
    /// <summary>Reads the body of a request.</summary>
    /// <param name="type">Of a source-generated context; its naming and converters hold, what it would let pass does not.</param>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public static async Task<StrictJsonResult<T>> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, StrictJsonLimits limits, TimeProvider time)
        where T : class
    {
        var (bytes, problem) = await BoundedBody.ReadAsync(context, limits, time);
        return problem is null ? Parse(bytes, type, limits.MaxDepth) : new StrictJsonResult<T>(problem);
    }

    /// <summary>Reads a text that is in memory: a line of a bulk submission.</summary>
    public static StrictJsonResult<T> Parse<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type, int maxDepth)
        where T : class
    {
        if (!System.Text.Unicode.Utf8.IsValid(json.Span))
            return new StrictJsonResult<T>(Malformed("The body is not valid UTF-8."));

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = maxDepth });
            var strict = (JsonTypeInfo<T>)StrictOptions.Of(type.Options).GetTypeInfo(typeof(T));
            var errors = JsonShape.Check(document.RootElement, strict);
            if (errors.Count > 0)
                return new StrictJsonResult<T>(Problems.InvalidBody(errors));

            return document.RootElement.Deserialize(strict) is { } value
                ? new StrictJsonResult<T>(value)
                : new StrictJsonResult<T>(Problems.InvalidBody([new ProblemError("", "is null, but must be an object")]));
        }
        catch (JsonException exception) when (exception.Path is null)
        {
            return new StrictJsonResult<T>(Malformed(WhereOf(exception, maxDepth)));
        }
        catch (JsonException exception)
        {
            // What the look at the shape does not see: rules of a type's own converter or constructor.
            return new StrictJsonResult<T>(Problems.InvalidBody([new ProblemError(JsonPointer.OfJsonPath(exception.Path), "has a value that is not legal here")]));
        }
    }

    private static Problem Malformed(string detail) => new(StatusCodes.Status400BadRequest, "malformed-body", "The body is not well-formed JSON", detail);

    private static string WhereOf(JsonException exception, int maxDepth) => exception.Message.Contains("maximum configured depth", StringComparison.Ordinal)
        ? $"The body is nested more than {maxDepth} deep."
        : $"Line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: {ClientText.Clean(FirstSentenceOf(exception.Message))}";

    /// <summary>The position follows in the message, counted from zero.</summary>
    private static string FirstSentenceOf(string message) => message.Split(" LineNumber:", 2)[0];
}
