using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BrowserFarm.Api.Access;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BrowserFarm.Api.Endpoints;

/// <summary><c>/v1/crawls</c>: begun, listed, looked at, held, let go, called off.</summary>
internal static class CrawlEndpoints
{
    public const string KeyHeader = "Idempotency-Key";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/crawls", BeginAsync).RequireScope(Scopes.JobsWrite)
            .Documented("Begins a crawl", "With an Idempotency-Key the same request may be sent again: it begins one crawl.", typeof(CrawlRequest), StatusCodes.Status201Created, typeof(CrawlAnswer), 400, 409, 413, 422).TakesKey();
        api.MapGet("/crawls", ListAsync).RequireScope(Scopes.JobsRead).Documented("Crawls, those begun last first", "?name= takes those whose name has this part.", null, 200, typeof(CrawlList), 400)
            .Paged(limit: 100, most: 1000).Asks("name", "A part of the name.");
        api.MapGet("/crawls/{id}", FindAsync).RequireScope(Scopes.JobsRead).Documented("A crawl as it stands", "", null, 200, typeof(CrawlAnswer), 404);
        api.MapPost("/crawls/{id}/pause", PauseAsync).RequireScope(Scopes.JobsWrite)
            .Documented("Begins no more pages of a crawl until it is resumed", "Pages that are open are read to their end.", null, 200, typeof(PhaseAnswer), 404, 409);
        api.MapPost("/crawls/{id}/resume", ResumeAsync).RequireScope(Scopes.JobsWrite).Documented("Goes on with a paused crawl", "", null, 200, typeof(PhaseAnswer), 404, 409);
        api.MapPost("/crawls/{id}/cancel", CancelAsync).RequireScope(Scopes.JobsWrite)
            .Documented("Calls a crawl off", "Waiting pages end at once, open ones are closed within two seconds. What was read is kept.", null, 200, typeof(CancelAnswer), 404);
    }

    public static Problem NoSuchCrawl(string id) => Problems.NotFound($"There is no crawl '{ClientText.Clean(id)}'.");

    private static async Task<IResult> BeginAsync(HttpContext context, Bodies bodies, QueueShares shares, ServiceCrawls crawls, IJobQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await bodies.ReadAsync(context, ApiJson.Readable.CrawlRequest);
        if (!body.IsRead)
            return Problems.Result(body.Problem);

        var mistakes = new Mistakes();
        var (spec, seeds) = CrawlRequestReader.Read(body.Value, mistakes);
        if (await bodies.JudgeAsync(context, spec.Page, seeds, "/urls", isList: true, mistakes, cancellationToken) is { } refused)
            return Problems.Result(refused);

        if (await shares.CheckAsync(context, seeds.Count, cancellationToken) is { } full)
            return Problems.Result(full);

        spec = spec with { Owner = QueueShares.OwnerOf(context) };
        var key = context.Request.Headers[KeyHeader].ToString();
        var id = body.Value.Name ?? NameOf(context, key, time);
        return await EnsureAsync(id, spec, seeds, key.Length > 0, crawls, queue, cancellationToken) is { } problem
            ? Problems.Result(problem)
            : Results.Json((await AnswerAsync(id, crawls, queue, cancellationToken))!, ApiJson.Readable.CrawlAnswer, statusCode: Created(context, $"/v1/crawls/{id}"));
    }

    /// <summary>Begins it, or finds that it was begun by the same request before.</summary>
    /// <returns>The problem; null when it is there.</returns>
    internal static async Task<Problem?> EnsureAsync(
        string id, CrawlSpec spec, IReadOnlyList<CanonicalUrl> seeds, bool hasKey, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken)
    {
        try
        {
            if (await crawls.BeginAsync(id, spec, seeds, cancellationToken))
                return null;
        }
        catch (FormatException exception)
        {
            return Problems.InvalidBody([new ProblemError("/visitor/device", ClientText.Clean(exception.Message))]);
        }

        var before = (await queue.FindCrawlAsync(id, cancellationToken))?.Spec;
        if (hasKey && before is not null && Text(before with { SeedCount = 0 }) == Text(spec with { SeedCount = 0 }))
            return null;
        return hasKey
            ? new Problem(StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "The key belongs to another request", $"Another crawl was begun with this {KeyHeader}; send a new key with a new request.")
            : new Problem(StatusCodes.Status409Conflict, "name-taken", "The name is taken", $"There is a crawl named '{ClientText.Clean(id)}'; choose another name, or leave it out.");
    }

    /// <summary>A name that says when, or, with a key, the one name that belongs to the key and its sender.</summary>
    internal static string NameOf(HttpContext context, string key, TimeProvider time)
    {
        if (key.Length == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        var owner = context.GetCaller().Token?.Name ?? "";
        return $"key-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner}\n{key}")))[..32]}";
    }

    internal static int Created(HttpContext context, string location)
    {
        context.Response.Headers.Location = location;
        return StatusCodes.Status201Created;
    }

    private static async Task<IResult> ListAsync(HttpContext context, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken)
    {
        var (paging, problem) = Paging.Read(context.Request);
        if (paging is null)
            return Problems.Result(problem!);

        var entries = await queue.ListCrawlsAsync(
            paging.After == 0 ? null : paging.After, paging.Limit, context.Request.Query["name"].ToString() is { Length: > 0 } name ? name : null, cancellationToken);
        return Results.Json(
            new CrawlList([.. entries.Select(entry => CrawlAnswer.Of(entry, crawls.IsReadingSitemaps(entry.Crawl.Id)))], entries.Count == paging.Limit ? Paging.Cursor(entries[^1].Number) : null),
            ApiJson.Readable.CrawlList);
    }

    private static async Task<IResult> FindAsync(string id, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken) =>
        await AnswerAsync(id, crawls, queue, cancellationToken) is { } answer ? Results.Json(answer, ApiJson.Readable.CrawlAnswer) : Problems.Result(NoSuchCrawl(id));

    private static async Task<CrawlAnswer?> AnswerAsync(string id, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken) =>
        await queue.FindEntryAsync(id, cancellationToken) is { } entry ? CrawlAnswer.Of(entry, crawls.IsReadingSitemaps(id)) : null;

    private static async Task<IResult> PauseAsync(string id, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken) =>
        await queue.FindEntryAsync(id, cancellationToken) is null ? Problems.Result(NoSuchCrawl(id)) : PhaseOf(id, await crawls.PauseAsync(id, cancellationToken), CrawlPhase.Paused);

    private static async Task<IResult> ResumeAsync(string id, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken) =>
        await queue.FindEntryAsync(id, cancellationToken) is null ? Problems.Result(NoSuchCrawl(id)) : PhaseOf(id, await crawls.ResumeAsync(id, cancellationToken), CrawlPhase.Open);

    private static async Task<IResult> CancelAsync(string id, ServiceCrawls crawls, IJobQueue queue, CancellationToken cancellationToken) =>
        await queue.FindEntryAsync(id, cancellationToken) is null
            ? Problems.Result(NoSuchCrawl(id))
            : Results.Json(CancelAnswer.Of(id, await crawls.CancelAsync(id, cancellationToken)), ApiJson.Readable.CancelAnswer);

    private static IResult PhaseOf(string id, CrawlPhase phase, CrawlPhase wanted) => phase == wanted
        ? Results.Json(new PhaseAnswer(id, phase == CrawlPhase.Paused ? "paused" : "running"), ApiJson.Readable.PhaseAnswer)
        : Problems.Result(new Problem(StatusCodes.Status409Conflict, "crawl-cancelled", "The crawl was cancelled", $"The crawl '{ClientText.Clean(id)}' was cancelled, for good; begin a new one."));

    private static string Text(CrawlSpec spec) => JsonSerializer.Serialize(spec, JobsJson.Readable.CrawlSpec);
}
