using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace BrowserFarm.Api.Endpoints;

/// <summary>Cursors and limits of lists.</summary>
/// <param name="After">Number of the last one read; 0 from the start.</param>
internal sealed record Paging(long After, int Limit)
{
    private const int Most = 1000;

    /// <param name="limit">When none is given.</param>
    /// <param name="most">Greatest that may be given.</param>
    /// <returns>The problem when the query is not one.</returns>
    public static (Paging? Paging, Problem? Problem) Read(HttpRequest request, int limit = 100, int most = Most)
    {
        var errors = new List<ProblemError>();
        var after = Number(request, "cursor", 0, 0, long.MaxValue, errors);
        var count = Number(request, "limit", limit, 1, most, errors);
        return errors.Count == 0
            ? (new Paging(after, (int)count), null)
            : (null, new Problem(StatusCodes.Status400BadRequest, "invalid-query", "The query has mistakes", errors[0].Message) { Errors = errors });
    }

    public static string Cursor(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(HttpRequest request, string name, long otherwise, long least, long most, List<ProblemError> errors)
    {
        if (request.Query[name].ToString() is not { Length: > 0 } text)
            return otherwise;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;

        errors.Add(new ProblemError($"?{name}", $"{name} is '{ClientText.Clean(text)}', but must be a whole number.", [$"{least} to {most}"]));
        return otherwise;
    }
}
