using System.Text.Json.Serialization.Metadata;
using BrowserFarm.Api.Access;
using BrowserFarm.Api.Requests;
using BrowserFarm.Diagnostics;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Handlers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Api.Endpoints;

/// <summary>What every endpoint with a body does first: reads it strictly, and asks whether its addresses may be read and its scripts may be run.</summary>
internal sealed class Bodies(AddressGuard guard, PageHandlers handlers, TimeProvider time, ILogger<Bodies> logger)
{
    private static readonly StrictJsonLimits Limits = StrictJsonLimits.Default with { MaxBytes = 4 << 20 };

    /// <summary>The body, or the answer that tells what is wrong with it.</summary>
    public Task<StrictJsonResult<T>> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class => StrictJson.ReadAsync(context, type, Limits, time);

    /// <summary>Judges what is wanted of pages, once it is read: its addresses, its handler, its scripts.</summary>
    /// <param name="path">Of the addresses.</param>
    /// <param name="mistakes">Those of the reading; the others are added.</param>
    /// <returns>Why it is refused; null when it is not.</returns>
    public async Task<Problem?> JudgeAsync(
        HttpContext context, PageWish wish, IReadOnlyList<CanonicalUrl> urls, string path, bool isList, Mistakes mistakes, CancellationToken cancellationToken)
    {
        if (!mistakes.Any)
            await CheckAsync(urls, path, isList, mistakes, cancellationToken);
        if (wish.Handler is { } handler && !handlers.Names.Contains(handler, StringComparer.Ordinal))
            mistakes.Add("/page/handler", $"This program has no handler '{ClientText.Clean(handler)}'.", [.. handlers.Names]);
        return mistakes.Any ? Problems.InvalidBody(mistakes.All) : CheckScripts(context, wish);
    }

    /// <summary>Adds a mistake for every address that may not be read.</summary>
    /// <param name="path">Of the list, or of the one address.</param>
    public async Task CheckAsync(IReadOnlyList<CanonicalUrl> urls, string path, bool isList, Mistakes mistakes, CancellationToken cancellationToken)
    {
        for (var i = 0; i < urls.Count; i++)
        {
            if (await CheckAsync(urls[i], cancellationToken) is { } refused)
                mistakes.Add(isList ? $"{path}/{i}" : path, refused);
        }
    }

    /// <summary>Why an address may not be read; null when it may.</summary>
    public async ValueTask<string?> CheckAsync(CanonicalUrl url, CancellationToken cancellationToken)
    {
        if (await guard.CheckAsync(url, cancellationToken) is not AddressVerdict.Refused refused)
            return null;

        logger.AddressRefused(refused.Detail);
        return refused.Reason;
    }

    /// <summary>A problem when scripts are wanted, and the caller may not have them run.</summary>
    private static Problem? CheckScripts(HttpContext context, PageWish wish) =>
        PageRequestReader.RunsScripts(wish) && !context.GetCaller().Allows(Scopes.JobsScript)
            ? new Problem(StatusCodes.Status403Forbidden, "missing-scope", "The token may not do this", $"Scripts in pages need a token with the scope {Scopes.JobsScript}.")
            : null;
}
