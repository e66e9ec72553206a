using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api;

/// <summary>Answers with a problem as RFC 9457 has it: <c>application/problem+json</c> with type, title, status, detail, instance and <c>errors</c>.</summary>
public static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>What a <see cref="Problem.Kind"/> is preceded by to make the <c>type</c>; a name, not an address that could be opened.</summary>
    public const string TypePrefix = "urn:browserfarm:problem:";

    /// <summary>Texts of ours may be longer than what is shown of a client's; this bounds what slipped through.</summary>
    private const int MaxTextLength = 2000;

    /// <summary>The problem as the result of an endpoint.</summary>
    public static IResult Result(Problem problem) => new ProblemResult(problem);

    /// <summary>A result for one wrong member.</summary>
    /// <param name="path">JSON pointer into the body.</param>
    public static IResult Invalid(string path, string message, IReadOnlyList<string>? allowed = null) =>
        Result(InvalidBody([new ProblemError(path, message, allowed)]));

    /// <summary>422: the body is well-formed, but members of it are not what they must be.</summary>
    /// <param name="errors">At least one.</param>
    public static Problem InvalidBody(IReadOnlyList<ProblemError> errors) => new(
        StatusCodes.Status422UnprocessableEntity,
        "invalid-body",
        "The request has mistakes",
        errors.Count == 1 ? $"{(errors[0].Path.Length == 0 ? "The body" : ClientText.Clean(errors[0].Path))}: {errors[0].Message}" : $"{errors.Count} members are wrong; errors lists them.")
    {
        Errors = errors,
    };

    /// <summary>404, also for what exists and is none of the caller's business.</summary>
    public static Problem NotFound(string detail) => new(StatusCodes.Status404NotFound, "not-found", "There is no such thing", detail);

    /// <summary>Writes the problem as the whole answer. Nothing may have been sent yet.</summary>
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (HttpMethods.IsHead(context.Request.Method))
            return Task.CompletedTask;

        var body = new ProblemBody(
            TypePrefix + problem.Kind,
            Shown(problem.Title),
            problem.Status,
            Shown(problem.Detail),
            ClientText.Clean(context.Request.PathBase.ToUriComponent() + context.Request.Path.ToUriComponent()),
            problem.Errors.Count == 0 ? null : [.. problem.Errors.Select(error => new ProblemError(ClientText.Clean(error.Path), Shown(error.Message), error.Allowed?.Select(Shown).ToList()))]);
        return JsonSerializer.SerializeAsync(response.Body, body, ProblemJson.Readable.ProblemBody, context.RequestAborted);
    }

    private static string Shown(string text) => ClientText.Clean(text, MaxTextLength);

    private sealed class ProblemResult(Problem problem) : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
    {
        public int? StatusCode => problem.Status;
        string? IContentTypeHttpResult.ContentType => ContentType;

        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, problem);
    }
}

/// <summary>A problem as it is sent.</summary>
internal sealed record ProblemBody(string Type, string Title, int Status, string Detail, string Instance, IReadOnlyList<ProblemError>? Errors);

[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    /// <summary>Quotes and letters are readable: the texts are clean, and <c>nosniff</c> keeps them from being taken for a page.</summary>
    public static ProblemJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
