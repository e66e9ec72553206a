using System.Net;
using System.Net.Security;
using AngleSharp.Html.Parser;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Failures;
using BrowserFarm.Rendering.Fields;

namespace BrowserFarm.Rendering.Http;

/// <summary>Reads pages without a browser: one request, and the document as the server sends it. No scripts run.</summary>
/// <remarks>One for a crawl, which is one visitor: its cookies are kept and sent again, as a browser's are.</remarks>
public sealed class HttpRenderer : IDisposable
{
    /// <summary>As in Chromium (net::URLRequest, kMaxRedirects).</summary>
    private const int MaxRedirects = 20;

    /// <summary>Bytes of a page after decompression; a page with more is cut.</summary>
    internal const int MaxBytes = 20_000_000;

    private const int MaxHeaderKilobytes = 64;

    private readonly RenderOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly IWebProxy? _proxy;

    public HttpRenderer(HttpRenderOptions access, RenderOptions options, TimeProvider time)
        : this(access, options, time, HandlerFor(access, options))
    {
    }

    internal HttpRenderer(HttpRenderOptions access, RenderOptions options, TimeProvider time, HttpMessageHandler handler)
    {
        _options = options;
        _time = time;
        _proxy = access.Proxy;
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version20 };
        Add("User-Agent", access.UserAgent ?? $"BrowserFarm/{typeof(HttpRenderer).Assembly.GetName().Version?.ToString(2)}");
        Add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        if (access.AcceptLanguage is { } language)
            Add("Accept-Language", language);
        foreach (var (name, value) in access.Headers)
            Add(name, value);

        void Add(string name, string value)
        {
            _http.DefaultRequestHeaders.Remove(name);
            _http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>Reads a page. Never longer than the navigation's and the actions' time-outs together.</summary>
    /// <returns>The page, or why there is none: whatever site and network did is a value.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled: we are stopping.</exception>
    public async Task<RenderOutcome> ReadAsync(RenderRequest request, CancellationToken cancellationToken)
    {
        if (!request.Turn.MayAsk())
            return new RenderOutcome.NotAsked();

        using var late = new CancellationTokenSource(_options.NavigationTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var hadAnswer = false;
        using var steps = RenderTraces.Begin("request");
        try
        {
            var fetchedAt = _time.GetUtcNow();
            var clock = _time.GetTimestamp();
            using var response = await _http.GetAsync(request.Url.ToUri(), HttpCompletionOption.ResponseHeadersRead, stop.Token);
            hadAnswer = true;
            var firstByte = Elapsed(clock);
            late.CancelAfter(_options.NavigationTimeout - _time.GetElapsedTime(clock) + _options.ActionTimeout);

            var contentType = response.Content.Headers.TryGetValues("Content-Type", out var types) ? types.First() : "";
            if (Refusal((int)response.StatusCode, response, contentType, fetchedAt) is { } refused)
                return new RenderOutcome.Failed(refused);

            var (bytes, isCut) = await ReadBodyAsync(response, stop.Token);
            request.Turn.Served(TimeSpan.FromMilliseconds(firstByte));
            steps.Next("capture");
            var sent = PageEncoding.Decode(bytes, contentType);
            var html = NestingLimit.Flatten(sent);
            var finalUrl = response.RequestMessage?.RequestUri ?? request.Url.ToUri();
            var page = StaticPage.Read(new HtmlParser().ParseDocument(html), finalUrl);
            if (request.MayTurn && BrowserNeed.Find(page, request.Wish) is { } need)
                return new RenderOutcome.NeedsBrowser(need);
            if (request.Wish.WaitForSelector is { } selector && page.Document.QuerySelector(selector) is null)
            {
                return new RenderOutcome.Failed(new AttemptFailure(
                    FailureKind.Permanent, FailureClasses.SelectorMissing, $"Nothing matches {selector} in the page as the server sends it; it may need a browser."));
            }

            var total = Elapsed(clock);
            return new RenderOutcome.Rendered(new RenderedPage(
                finalUrl, (int)response.StatusCode, contentType, page.Title, html, page.Text, page.Links, Settled: true, isCut || !ReferenceEquals(html, sent),
                fetchedAt, new PageTimings(firstByte, total, total, total))
            {
                BaseUrl = page.BaseUrl,
                Files = request.Wish.Formats.Contains(PageFormat.Raw) ? new Dictionary<PageFormat, byte[]> { [PageFormat.Raw] = bytes } : [],
                Fields = FieldPicker.Pick(page.Document, request.Wish.Fields, _options.ActionTimeout / 2, _time, cancellationToken),
            });
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or InvalidDataException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new RenderOutcome.Failed(FailureClassifier.FromHttp(exception, hadAnswer, byProxy: _proxy?.IsBypassed(request.Url.ToUri()) == false));
        }
    }

    public void Dispose() => _http.Dispose();

    private static AttemptFailure? Refusal(int status, HttpResponseMessage response, string contentType, DateTimeOffset now)
    {
        var headers = response.Headers.NonValidated.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        return FailureClassifier.FromChallenge(status, headers)
            ?? FailureClassifier.FromStatus(status, headers.GetValueOrDefault("retry-after"), now)
            ?? FailureClassifier.FromRedirect(status)
            ?? FailureClassifier.FromContentType(contentType);
    }

    private static async Task<(byte[] Bytes, bool IsCut)> ReadBodyAsync(HttpResponseMessage response, CancellationToken stop)
    {
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        using var read = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer, stop) is > 0 and var count)
        {
            var kept = (int)Math.Min(count, MaxBytes - read.Length);
            read.Write(buffer, 0, kept);
            if (kept < count)
                return (read.ToArray(), true);
        }

        return (read.ToArray(), false);
    }

    private static SocketsHttpHandler HandlerFor(HttpRenderOptions access, RenderOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            MaxAutomaticRedirections = MaxRedirects,
            AutomaticDecompression = DecompressionMethods.All,
            ActivityHeadersPropagator = null,   // a site is not told the numbers of our traces
            ConnectTimeout = options.NavigationTimeout,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // A page that was cut is not read to its end only to keep its connection.
            MaxResponseDrainSize = 0,
        };
        if (access.Proxy is { } proxy)
            handler.Proxy = proxy;
        if (access.Credentials is { } credentials)
            handler.Credentials = credentials;
        foreach (var cookie in access.Cookies)
            handler.CookieContainer.Add(cookie);
        if (access.IgnoreCertificates)
            handler.SslOptions = new SslClientAuthenticationOptions
            {
#pragma warning disable CA5359 // The operator said so for the browser (context.ignoreHTTPSErrors); the same site's pages must not fail here where they do not there.
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
            };
        return handler;
    }

    private int Elapsed(long since) => (int)_time.GetElapsedTime(since).TotalMilliseconds;
}
