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
/// <param name="IsProxyFault">It was the proxy that failed, and not the site.</param>
public sealed record RobotsAnswer(RobotsVerdict Verdict, TimeSpan? CrawlDelay, string? Problem, bool IsProxyFault = false);

/// <summary>What robots.txt says about sitemaps.</summary>
/// <param name="Sitemaps">Addresses as they are written there.</param>
/// <param name="Problem">Why the file could not be fetched; null when it could, or when there is none.</param>
public sealed record SitemapHints(IReadOnlyList<string> Sitemaps, TimeSpan? CrawlDelay, string? Problem);

/// <summary>The robots.txt of every target met, fetched once and kept.</summary>
/// <remarks>
/// RFC 9309 §2.3–2.5: at most five redirects, at least 500 KiB are read, a 4xx means no rules, a 5xx or no answer means everything is
/// forbidden for now, and a copy is kept for a day at most.
/// </remarks>
public sealed class RobotsCache : IDisposable
{
    private const int MaxBytes = 512 * 1024;
    private const int MaxTargets = 50_000;

    private static readonly TimeSpan KeepFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan KeepFailureFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Lock _gate = new();
    private readonly Dictionary<TargetKey, Entry> _entries = [];
    private readonly Queue<(TargetKey Target, Entry Entry)> _byAge = new();   // some of them replaced since
    private readonly NetworkAccess _access;

    public RobotsCache(TimeProvider time, NetworkAccess access)
        : this(time, access, CrawlerHttp.Create(FetchTimeout, access))
    {
    }

    internal RobotsCache(TimeProvider time, HttpMessageHandler handler)
        : this(time, new NetworkAccess(), CrawlerHttp.Create(FetchTimeout, handler))
    {
    }

    private RobotsCache(TimeProvider time, NetworkAccess access, HttpClient http)
    {
        _time = time;
        _access = access;
        _http = http;
    }

    /// <summary>Whether the target's robots.txt lets us fetch a URL; fetches the file when it is not known.</summary>
    public async Task<RobotsAnswer> CheckAsync(CanonicalUrl url, CancellationToken cancellationToken)
    {
        var file = await FileOf(url.Target).WaitAsync(cancellationToken);
        if (file.Rules is not { } rules)
            return new RobotsAnswer(RobotsVerdict.Unreachable, CrawlDelay: null, file.Problem, file.IsProxyFault);

        var uri = url.ToUri();
        var allowed = uri.AbsolutePath == "/robots.txt" || rules.Allows(uri.PathAndQuery);
        return new RobotsAnswer(allowed ? RobotsVerdict.Allowed : RobotsVerdict.Disallowed, rules.CrawlDelay, Problem: null);
    }

    /// <summary>The sitemaps that the target's robots.txt names, in its order; none when it cannot be fetched.</summary>
    public async Task<SitemapHints> SitemapsOfAsync(TargetKey target, CancellationToken cancellationToken)
    {
        var file = await FileOf(target).WaitAsync(cancellationToken);
        return new SitemapHints(file.Rules?.Sitemaps ?? [], file.Rules?.CrawlDelay, file.Problem);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The file, from memory or from the site. One fetch serves all who ask meanwhile.</summary>
    private Task<RobotsFile> FileOf(TargetKey target)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(target, out var entry) && !IsStale(entry))
                return entry.File;

            entry = new Entry(FetchAsync(target), _time.GetTimestamp());
            _entries[target] = entry;
            _byAge.Enqueue((target, entry));
            ForgetOldestUnsynchronized();
            return entry.File;
        }
    }

    private void ForgetOldestUnsynchronized()
    {
        while (_entries.Count > MaxTargets || _byAge.Count > 2 * MaxTargets)
        {
            var (target, entry) = _byAge.Dequeue();
            if (_entries.TryGetValue(target, out var present) && ReferenceEquals(present, entry))
                _entries.Remove(target);
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
        var hasBegun = false;
        var address = new Uri($"{target.Value}/robots.txt");
        try
        {
            using var bound = new CancellationTokenSource(FetchTimeout, _time);
            using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, bound.Token);
            hasBegun = true;
            return (int)response.StatusCode switch
            {
                >= 200 and < 300 => new RobotsFile(RobotsRules.Parse(await ReadAsync(response, bound.Token), RobotsRules.ProductToken)),
                407 => new RobotsFile(Rules: null, "the proxy asks for a name and password, or refuses the one it was given", IsProxyFault: true),
                429 or >= 500 => new RobotsFile(Rules: null, $"status {(int)response.StatusCode}"),
                _ => new RobotsFile(RobotsRules.AllowAll),
            };
        }
        catch (OperationCanceledException)
        {
            // Rules may be missing from what has arrived: half a file is none.
            return new RobotsFile(Rules: null, hasBegun
                ? $"it did not end, nor reach {MaxBytes >> 10} KiB, within {FetchTimeout.TotalSeconds:0} s"
                : $"no answer within {FetchTimeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException exception)
        {
            return new RobotsFile(Rules: null, exception.Message, _access.IsProxyFault(exception, address));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
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
        var text = TextOf(buffer.AsSpan(0, length));
        return length < MaxBytes ? text : text[..(text.AsSpan().LastIndexOfAny('\r', '\n') + 1)];
    }

    /// <summary>UTF-8, as the RFC asks, or UTF-16 where a byte-order mark says so; one without a mark is UTF-8 with NULs between.</summary>
    private static string TextOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes),
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes),
        _ => Encoding.UTF8.GetString(bytes).Replace("\0", "", StringComparison.Ordinal),
    };

    /// <param name="Rules">Null when the file cannot be had; <paramref name="Problem"/> then says why.</param>
    private sealed record RobotsFile(RobotsRules? Rules, string? Problem = null, bool IsProxyFault = false);

    private sealed record Entry(Task<RobotsFile> File, long FetchedAt);
}
