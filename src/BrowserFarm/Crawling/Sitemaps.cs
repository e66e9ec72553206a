using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>What came of one sitemap.</summary>
/// <param name="Addresses">Addresses of pages that were taken from it; an index has none.</param>
/// <param name="Problem">Why it was not read, or not to its end, in words; null when it was.</param>
public sealed record SitemapReport(string Url, long Addresses, string? Problem);

/// <summary>Reads all sitemaps of a site: those its robots.txt names, else <c>/sitemap.xml</c>, and whatever these lead to.</summary>
/// <remarks>
/// One file after the other, with the site's crawl delay between them. Addresses go on in batches as they arrive, so memory does not grow
/// with the files. Each file is read once, so a circle of indexes ends. A sitemap that robots.txt names may lie anywhere (sitemaps.org,
/// "Sitemaps and cross submits"); one that an index names must lie where the index does, or on the site.
/// </remarks>
public sealed class Sitemaps : IDisposable
{
    private const int BatchSize = 1000;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly RobotsCache _robots;
    private readonly SitemapLimits _limits;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <param name="robots">Stays the caller's to dispose.</param>
    public Sitemaps(RobotsCache robots, SitemapLimits limits, TimeProvider time, NetworkAccess access)
        : this(robots, limits, time, CrawlerHttp.Create(AnswerTimeout, access))
    {
    }

    internal Sitemaps(RobotsCache robots, SitemapLimits limits, TimeProvider time, HttpMessageHandler handler)
        : this(robots, limits, time, CrawlerHttp.Create(AnswerTimeout, handler))
    {
    }

    private Sitemaps(RobotsCache robots, SitemapLimits limits, TimeProvider time, HttpClient http)
    {
        _robots = robots;
        _limits = limits;
        _time = time;
        _http = http;
    }

    /// <summary>Reads them all. Whatever is wrong with one is reported and ends no other.</summary>
    /// <param name="obeysRobots">Without robots.txt nothing of a site may be fetched, nor where it forbids; false takes from it what it says of sitemaps only.</param>
    /// <param name="take">Given addresses of pages as they are written, at most a thousand at a time, and the sitemap's own; answers false to read no more.</param>
    /// <param name="report">Told of every file, also of one that could not be had; a site without any tells nothing.</param>
    public async Task ReadAsync(
        TargetKey site, bool obeysRobots, Func<IReadOnlyList<string>, CanonicalUrl, Task<bool>> take, Action<SitemapReport> report, CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(_limits.SiteTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
        var walk = new Walk(site, _limits.MaxFiles);
        try
        {
            var hints = await HintsAsync(site, both.Token);
            if (obeysRobots && hints.Problem is { } unreachable)
            {
                report(new SitemapReport($"{site.Value}/robots.txt", 0, $"it could not be fetched ({unreachable}), so the site's sitemaps are not read"));
                return;
            }

            // The address must be whole by the rules, but many write /sitemap.xml.
            foreach (var named in hints.Sitemaps)
                walk.Add(Uri.TryCreate(new Uri($"{site.Value}/"), named, out var address) ? address.AbsoluteUri : named, nesting: 0);
            var isGuess = hints.Sitemaps.Count == 0;
            if (isGuess)
            {
                var usual = CanonicalUrl.Parse($"{site.Value}/sitemap.xml");
                if (obeysRobots && (await _robots.CheckAsync(usual, both.Token)).Verdict != RobotsVerdict.Allowed)
                    return;
                walk.Add(usual.Value, nesting: 0);
            }

            while (walk.Next(out var file, out var nesting))
            {
                if (walk.Read++ > 0 && hints.CrawlDelay is { } delay)
                    await Task.Delay(delay, _time, both.Token);
                if (!await ReadFileAsync(walk, file, nesting, isGuess && nesting == 0, take, report, both.Token))
                    return;
            }

            if (walk.Dropped > 0)
                report(new SitemapReport(site.Value, 0, $"the site names more than {_limits.MaxFiles} sitemaps; {walk.Dropped} were not read"));
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            report(new SitemapReport(site.Value, 0, $"the site's sitemaps were not read within {_limits.SiteTimeout.TotalMinutes:0} min; the rest is left out"));
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<SitemapHints> HintsAsync(TargetKey site, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var hints = await _robots.SitemapsOfAsync(site, cancellationToken);
            if (hints.Problem is null || attempt == _limits.MaxTries)
                return hints;
            await Task.Delay(PauseAfter(attempt), _time, cancellationToken);
        }
    }

    private TimeSpan PauseAfter(int attempt) => _limits.RetryPause * (1 << (attempt - 1));

    /// <returns>Whether more is wanted.</returns>
    private async Task<bool> ReadFileAsync(
        Walk walk, CanonicalUrl file, int nesting, bool isGuess,
        Func<IReadOnlyList<string>, CanonicalUrl, Task<bool>> take, Action<SitemapReport> report, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (answer, problem) = await TryFileAsync(walk, file, nesting, take, cancellationToken);
            if (problem is not null && answer.MayBeBetterLater && attempt < _limits.MaxTries)
            {
                await Task.Delay(PauseAfter(attempt), _time, cancellationToken);
                continue;
            }

            // Nobody promised that there is one.
            if (!(isGuess && answer.IsMissing))
                report(new SitemapReport(file.Value, answer.Addresses, problem));
            return answer.WantsMore;
        }
    }

    private async Task<(FileAnswer Answer, string? Problem)> TryFileAsync(
        Walk walk, CanonicalUrl file, int nesting, Func<IReadOnlyList<string>, CanonicalUrl, Task<bool>> take, CancellationToken cancellationToken)
    {
        var answer = new FileAnswer();
        var leftOut = 0;
        var isOurs = false;
        var batch = new List<string>(BatchSize);
        using var bound = new CancellationTokenSource(_limits.FileTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
        string? problem;
        try
        {
            using var response = await _http.GetAsync(file.ToUri(), HttpCompletionOption.ResponseHeadersRead, both.Token);
            if (!response.IsSuccessStatusCode)
            {
                answer.IsMissing = (int)response.StatusCode is >= 400 and < 500 and not 429;
                answer.MayBeBetterLater = (int)response.StatusCode is 429 or >= 500;
                return (answer, $"status {(int)response.StatusCode}");
            }

            await using var body = await response.Content.ReadAsStreamAsync(both.Token);
            problem = await SitemapParser.ReadAsync(body, _limits, TakeAsync, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            problem = bound.IsCancellationRequested
                ? $"it did not arrive within {_limits.FileTimeout.TotalSeconds:0} s; the rest is cut"
                : $"no answer within {AnswerTimeout.TotalSeconds:0} s";
            answer.MayBeBetterLater = !bound.IsCancellationRequested;
        }
        catch (Exception exception) when (!isOurs && exception is not OperationCanceledException)
        {
            // Mostly the connection; but whatever a file brings out, it is that file's and no other's.
            problem = exception.Message;
            answer.MayBeBetterLater = true;
        }

        if (batch.Count > 0 && answer.WantsMore)
            answer.WantsMore = await take(batch, file);
        if (leftOut > 0)
            problem ??= $"{leftOut} of the sitemaps it names are not on the site, or nested deeper than {_limits.MaxNesting}; they are left out";
        return (answer, problem);

        async ValueTask<bool> TakeAsync(SitemapEntry entry)
        {
            if (entry.IsSitemap)
            {
                if (nesting < _limits.MaxNesting && walk.MayLeadTo(file, entry.Url))
                    walk.Add(entry.Url, nesting + 1);
                else
                    leftOut++;
                return true;
            }

            answer.Addresses++;
            batch.Add(entry.Url);
            if (batch.Count == BatchSize)
            {
                isOurs = true;
                answer.WantsMore = await take([.. batch], file);
                isOurs = false;
                batch.Clear();
            }

            return answer.WantsMore;
        }
    }

    private sealed class FileAnswer
    {
        public long Addresses { get; set; }

        public bool WantsMore { get; set; } = true;

        public bool IsMissing { get; set; }

        public bool MayBeBetterLater { get; set; }
    }

    /// <summary>The files of one site: those known, each once, and those still to read, as they were found.</summary>
    private sealed class Walk(TargetKey site, int maxFiles)
    {
        private readonly HashSet<string> _known = new(StringComparer.Ordinal);
        private readonly Queue<(CanonicalUrl File, int Nesting)> _toRead = new();

        public int Read { get; set; }

        public int Dropped { get; private set; }

        public void Add(string address, int nesting)
        {
            if (!CanonicalUrl.TryParse(address, out var file, out _) || _known.Contains(file.Value))
                return;

            if (_known.Count >= maxFiles)
            {
                Dropped++;
                return;
            }

            _known.Add(file.Value);
            _toRead.Enqueue((file, nesting));
        }

        public bool Next(out CanonicalUrl file, out int nesting)
        {
            var found = _toRead.TryDequeue(out var next);
            (file, nesting) = next;
            return found;
        }

        public bool MayLeadTo(CanonicalUrl index, string address) =>
            CanonicalUrl.TryParse(address, out var file, out _) && (file.Target == index.Target || file.Target == site);
    }
}
