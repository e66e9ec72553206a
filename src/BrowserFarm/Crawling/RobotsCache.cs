using System.Net;
using System.Text;
using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>What robots.txt says about one URL.</summary>
public enum RobotsVerdict
{
    Allowed,
    Disallowed,

    /// <summary>The file could not be fetched: nothing is allowed until it can (RFC 9309 §2.3.1.4).</summary>
    Unreachable,
}

/// <param name="CrawlDelay">Least time between two requests that the file asks for; null when it asks for none.</param>
/// <param name="Problem">Why the file could not be fetched; null unless <see cref="RobotsVerdict.Unreachable"/>.</param>
public sealed record RobotsAnswer(RobotsVerdict Verdict, TimeSpan? CrawlDelay, string? Problem);

/// <summary>The robots.txt of every target met, fetched once and kept.</summary>
/// <remarks>
/// RFC 9309 §2.3–2.5: at most five redirects, at least 500 KiB are read, a 4xx means no rules, a 5xx or no answer means everything is
/// forbidden for now, and a copy is kept for a day at most.
/// </remarks>
public sealed class RobotsCache : IDisposable
{
    private const int MaxBytes = 512 * 1024;
    private const int MaxRedirects = 5;
    private const int MaxTargets = 50_000;

    private static readonly TimeSpan KeepFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan KeepFailureFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Lock _gate = new();
    private readonly Dictionary<TargetKey, Entry> _entries = [];

    /// <param name="ignoreCertificates">Accept any TLS certificate, as the browser was told to.</param>
    public RobotsCache(TimeProvider time, bool ignoreCertificates)
    {
        _time = time;
        var handler = new SocketsHttpHandler
        {
            MaxAutomaticRedirections = MaxRedirects,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = FetchTimeout,
            UseCookies = false,
        };
        if (ignoreCertificates)
#pragma warning disable CA5359 // The operator said so for the browser (context.ignoreHTTPSErrors); robots.txt of the same site must not fail where its pages do not.
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        _http = new HttpClient(handler) { Timeout = FetchTimeout };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"{RobotsRules.ProductToken}/{typeof(RobotsCache).Assembly.GetName().Version?.ToString(2)}");
    }

    /// <summary>Whether the target's robots.txt lets us fetch a URL; fetches the file when it is not known.</summary>
    public async Task<RobotsAnswer> CheckAsync(CanonicalUrl url, CancellationToken cancellationToken)
    {
        var file = await FileOf(url.Target).WaitAsync(cancellationToken);
        if (file.Rules is not { } rules)
            return new RobotsAnswer(RobotsVerdict.Unreachable, CrawlDelay: null, file.Problem);

        var uri = url.ToUri();
        var allowed = uri.AbsolutePath == "/robots.txt" || rules.Allows(uri.PathAndQuery);
        return new RobotsAnswer(allowed ? RobotsVerdict.Allowed : RobotsVerdict.Disallowed, rules.CrawlDelay, Problem: null);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The file, from memory or from the site. One fetch serves all who ask meanwhile.</summary>
    private Task<RobotsFile> FileOf(TargetKey target)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(target, out var entry) && !IsStale(entry))
                return entry.File;

            if (_entries.Count >= MaxTargets)
                _entries.Remove(_entries.MinBy(pair => pair.Value.FetchedAt).Key);
            entry = new Entry(FetchAsync(target), _time.GetTimestamp());
            _entries[target] = entry;
            return entry.File;
        }
    }

    private bool IsStale(Entry entry)
    {
        var age = _time.GetElapsedTime(entry.FetchedAt);
        var failed = entry.File is { IsCompletedSuccessfully: true, Result.Rules: null };
        return age >= (failed ? KeepFailureFor : KeepFor);
    }

    private async Task<RobotsFile> FetchAsync(TargetKey target)
    {
        await Task.Yield();   // the caller holds the lock
        try
        {
            using var bound = new CancellationTokenSource(FetchTimeout, _time);
            using var response = await _http.GetAsync(new Uri($"{target.Value}/robots.txt"), HttpCompletionOption.ResponseHeadersRead, bound.Token);
            return (int)response.StatusCode switch
            {
                >= 200 and < 300 => new RobotsFile(RobotsRules.Parse(await ReadAsync(response, bound.Token), RobotsRules.ProductToken)),
                429 or >= 500 => new RobotsFile(Rules: null, $"status {(int)response.StatusCode}"),
                _ => new RobotsFile(RobotsRules.AllowAll),
            };
        }
        catch (OperationCanceledException)
        {
            return new RobotsFile(Rules: null, $"no answer within {FetchTimeout.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            return new RobotsFile(Rules: null, exception.Message);
        }
    }

    /// <summary>The first <see cref="MaxBytes"/> of the file; what is longer is cut at a line's end.</summary>
    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxBytes];
        var length = await body.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken);
        var text = Encoding.UTF8.GetString(buffer, 0, length);
        return length < MaxBytes ? text : text[..(text.LastIndexOf('\n') + 1)];
    }

    /// <param name="Rules">Null when the file cannot be had; <paramref name="Problem"/> then says why.</param>
    private sealed record RobotsFile(RobotsRules? Rules, string? Problem = null);

    private sealed record Entry(Task<RobotsFile> File, long FetchedAt);
}
