using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using BrowserFarm.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Endpoints;

/// <summary><c>/v1/crawls/{id}/pages</c> and <c>/jobs</c>: pages added to a crawl, also very many of them as lines, and its jobs listed.</summary>
internal static class CrawlPageEndpoints
{
    private const string Lines = "application/x-ndjson";

    /// <summary>Lines taken in one transaction.</summary>
    private const int Chunk = 1000;

    private const int MostErrors = 100;

    /// <summary>A line that is longer is no address, and is read over.</summary>
    private const int LongestLine = 64 * 1024;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/crawls/{id}/pages", AddAsync).RequireScope(Scopes.JobsWrite).WithMetadata(new LongBody())
            .Documented(
                "Adds pages to a crawl",
                $"As JSON, or as {Lines}: a line is an address as text, or an object with a member url. A line that is wrong is told, the others are taken.",
                typeof(PagesRequest), [Lines], 200, typeof(AddedAnswer), 400, 404, 409, 413, 415, 422, 503)
            .TakesKey();
        api.MapGet("/crawls/{id}/jobs", List).RequireScope(Scopes.JobsRead)
            .Documented("Jobs of a crawl by number", "?state= takes those in one state, ?url= those whose address has this part.", null, 200, typeof(JobList), 400, 404)
            .Paged(limit: 100, most: 1000).Asks("state", "Those in one state.", allowed: ["waiting", "deferred", "running", "succeeded", "failed", "cancelled"]).Asks("url", "A part of the address.");
    }

    private static async Task<IResult> AddAsync(string id, HttpContext context, Bodies bodies, QueueShares shares, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken)
    {
        if (await queue.FindCrawlAsync(id, cancellationToken) is not { } crawl)
            return Problems.Result(CrawlEndpoints.NoSuchCrawl(id));

        var key = context.Request.Headers[CrawlEndpoints.KeyHeader].ToString();
        try
        {
            var adding = new Adding(crawl, key.Length == 0 ? null : $"{context.GetCaller().Token?.Name}/{id}/{key}", count => shares.CheckAsync(context, count, cancellationToken), bodies, crawls);
            if (context.Request.ContentType?.StartsWith(Lines, StringComparison.OrdinalIgnoreCase) == true)
            {
                await adding.ReadAsync(context.Request.BodyReader, cancellationToken);
                return Results.Json(adding.Answer, ApiJson.Readable.AddedAnswer);
            }

            var body = await bodies.ReadAsync(context, ApiJson.Readable.PagesRequest);
            if (!body.IsRead)
                return Problems.Result(body.Problem);
            var mistakes = new Mistakes();
            var urls = CrawlRequestReader.Urls(body.Value.Urls, "/urls", mistakes);
            await bodies.CheckAsync(urls, "/urls", isList: true, mistakes, cancellationToken);
            if (mistakes.Any)
                return Problems.Result(Problems.InvalidBody(mistakes.All));
            await adding.SubmitAsync(urls, cancellationToken);
            return Results.Json(adding.Answer, ApiJson.Readable.AddedAnswer);
        }
        catch (CrawlCancelledException exception)
        {
            return Problems.Result(new Problem(StatusCodes.Status409Conflict, "crawl-cancelled", "The crawl was cancelled", ClientText.Clean(exception.Message)));
        }
        catch (SubmissionKeyException)
        {
            return Problems.Result(new Problem(
                StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "The key belongs to another request",
                $"Other pages were added with this {CrawlEndpoints.KeyHeader}; send a new key with new pages."));
        }
    }

    private static IResult List(string id, HttpContext context, SqliteQueueView view)
    {
        var (paging, problem) = Paging.Read(context.Request);
        if (paging is null)
            return Problems.Result(problem!);
        if (view.FindCrawl(id) is null)
            return Problems.Result(CrawlEndpoints.NoSuchCrawl(id));

        var (filter, mistake) = FilterOf(context.Request);
        if (mistake is not null)
            return Problems.Result(mistake);

        var jobs = view.Jobs(id, paging.After, paging.Limit, filter);
        return Results.Json(new JobList([.. jobs.Select(JobItem.Of)], jobs.Count == paging.Limit ? Paging.Cursor(jobs[^1].Id) : null), ApiJson.Readable.JobList);
    }

    /// <returns>The filter, null for none; the problem when the query is not one.</returns>
    private static (JobFilter? Filter, Problem? Problem) FilterOf(HttpRequest request)
    {
        var (wanted, url) = (request.Query["state"].ToString(), request.Query["url"].ToString());
        var states = Enum.GetValues<JobState>().ToDictionary(JobAnswer.NameOf, StringComparer.Ordinal);
        var isDeferred = wanted == "deferred";
        if (wanted.Length > 0 && !isDeferred && !states.ContainsKey(wanted))
        {
            return (null, new Problem(StatusCodes.Status400BadRequest, "invalid-query", "The query has mistakes", $"'{ClientText.Clean(wanted)}' is no state of a job.")
            {
                Errors = [new ProblemError("?state", "It is none of the legal words.", [.. states.Keys, "deferred"])],
            });
        }

        JobState? state = isDeferred ? JobState.Queued : wanted.Length > 0 ? states[wanted] : null;
        return (new JobFilter(state, isDeferred, url.Length > 0 ? url : null), null);
    }

    /// <summary>Takes pages into one crawl, some at a time: however many there are, no more than those are in memory.</summary>
    private sealed class Adding(Crawl crawl, string? key, Func<int, Task<Problem?>> checkShare, Bodies bodies, ServiceCrawls crawls)
    {
        private readonly List<CanonicalUrl> _chunk = new(Chunk);
        private readonly List<LineError> _errors = [];
        private long _line;
        private int _chunks;
        private bool _isTooLong;
        private AddedAnswer _sum = new(0, 0, 0, 0, []);

        public AddedAnswer Answer => _sum with { Errors = _errors };

        public async Task ReadAsync(PipeReader reader, CancellationToken cancellationToken)
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                var buffer = read.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    await TakeAsync(buffer.Slice(0, end), cancellationToken);
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                if (buffer.Length > LongestLine)
                {
                    _isTooLong = true;
                    buffer = buffer.Slice(buffer.End);
                }

                if (read.IsCompleted)
                {
                    if (buffer.Length > 0 || _isTooLong)
                        await TakeAsync(buffer, cancellationToken);
                    reader.AdvanceTo(buffer.End);
                    await SubmitAsync(_chunk, cancellationToken);
                    return;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }

        public async Task SubmitAsync(IReadOnlyList<CanonicalUrl> urls, CancellationToken cancellationToken)
        {
            if (urls.Count == 0)
                return;
            if (await checkShare(urls.Count) is { } full)
            {
                Refuse(full.Detail, urls.Count);
                return;
            }

            var receipt = await crawls.SubmitAsync(crawl, urls, key is null ? null : $"{key}/{_chunks++}", cancellationToken);
            _sum = _sum with
            {
                Accepted = _sum.Accepted + receipt.Accepted,
                Duplicates = _sum.Duplicates + receipt.Duplicates,
                OverBudget = _sum.OverBudget + receipt.OverBudget,
            };
        }

        private async Task TakeAsync(ReadOnlySequence<byte> line, CancellationToken cancellationToken)
        {
            _line++;
            var isTooLong = _isTooLong || line.Length > LongestLine;
            _isTooLong = false;
            if (isTooLong)
            {
                Refuse($"The line is longer than {LongestLine} bytes.");
                return;
            }

            var text = line.ToArray();
            if (text.AsSpan().Trim(" \r\t"u8).IsEmpty)
                return;
            if (!TryReadLine(text, out var address, out var problem) || !CanonicalUrl.TryParse(address, out var url, out problem))
                Refuse(ClientText.Clean(problem));
            else if (await bodies.CheckAsync(url, cancellationToken) is { } refused)
                Refuse(refused);
            else
                _chunk.Add(url);

            if (_chunk.Count == Chunk)
            {
                await SubmitAsync(_chunk, cancellationToken);
                _chunk.Clear();
            }
        }

        private void Refuse(string message, int lines = 1)
        {
            _sum = _sum with { Rejected = _sum.Rejected + lines };
            if (_errors.Count < MostErrors)
                _errors.Add(new LineError(_line, message));
        }

        /// <summary>An address, a JSON string of one, or an object with it.</summary>
        private static bool TryReadLine(byte[] line, out string address, out string problem)
        {
            (address, problem) = ("", "");
            if (!System.Text.Unicode.Utf8.IsValid(line))
            {
                problem = "The line is not valid UTF-8.";
                return false;
            }

            var text = Encoding.UTF8.GetString(line).Trim();
            if (text[0] is not ('{' or '"'))
            {
                address = text;
                return true;
            }

            try
            {
                using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
                var value = json.RootElement;
                if (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => name != "url") is { } other)
                    problem = $"'{ClientText.Clean(other)}' is no member of a line; it has url.";
                else if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String)
                    address = url.GetString()!;
                else if (value.ValueKind == JsonValueKind.String)
                    address = value.GetString()!;
                else
                    problem = "The line must be an address, or an object with a member url.";
            }
            catch (JsonException)
            {
                problem = "The line is no well-formed JSON.";
            }

            return problem.Length == 0;
        }
    }
}

/// <summary>An endpoint whose body may be of any length: it is read as a stream and never kept.</summary>
internal sealed class LongBody : Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => null;
}
