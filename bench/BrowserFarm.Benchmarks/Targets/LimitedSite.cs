using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.Benchmarks.Targets;

/// <summary>A real site with a limit that it tells nobody: whoever goes beyond is answered with 429.</summary>
/// <param name="atOnce">Requests that it answers at once; null for any number.</param>
/// <param name="perSecond">Requests a second, with as many saved up at most; null for any number.</param>
/// <param name="answerTime">How long it takes to answer.</param>
internal sealed class LimitedSite(string name, int? atOnce, double? perSecond, TimeSpan answerTime) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<double> _refusals = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private TestSite? _site;
    private long _lastRefill = Stopwatch.GetTimestamp();
    private double _tokens = perSecond ?? 0;
    private int _inFlight;
    private bool _isCounting;

    public string Name => name;

    public int Served { get; private set; }

    public int Refused { get; private set; }

    /// <summary>When it refused, in seconds since it was started, the search included.</summary>
    public IReadOnlyList<double> Refusals
    {
        get
        {
            lock (_gate)
                return [.. _refusals];
        }
    }

    public async Task<IReadOnlyList<string>> StartAsync(int pages, CancellationToken cancellationToken)
    {
        _site = await TestSite.StartAsync(cancellationToken);
        for (var page = 0; page < pages; page++)
            _site.Map($"/{page}", AnswerAsync);
        return [.. Enumerable.Range(0, pages).Select(page => _site.UriOf($"/{page}").AbsoluteUri)];
    }

    /// <summary>What went before was the search for the limit.</summary>
    public void BeginCounting()
    {
        lock (_gate)
        {
            _isCounting = true;
            Served = Refused = 0;
        }
    }

    /// <summary>Share of what it could have served in this time.</summary>
    /// <returns>Null when it has no limit.</returns>
    public double? Utilisation(TimeSpan time) =>
        perSecond is { } rate ? Served / (rate * time.TotalSeconds)
        : atOnce is { } limit ? Served * answerTime.TotalSeconds / (limit * time.TotalSeconds)
        : null;

    public ValueTask DisposeAsync() => _site?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task AnswerAsync(HttpContext context)
    {
        if (!TryEnter())
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        try
        {
            await Task.Delay(answerTime, TimeProvider.System, context.RequestAborted);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync($"<!doctype html><title>{context.Request.Path}</title><h1>{name} {context.Request.Path}</h1>", context.RequestAborted);
        }
        finally
        {
            Leave();
        }
    }

    private bool TryEnter()
    {
        lock (_gate)
        {
            if (perSecond is { } rate)
            {
                _tokens = Math.Min(rate, _tokens + (Stopwatch.GetElapsedTime(_lastRefill).TotalSeconds * rate));
                _lastRefill = Stopwatch.GetTimestamp();
            }

            if (_inFlight >= (atOnce ?? int.MaxValue) || (perSecond is not null && _tokens < 1))
            {
                Refused += _isCounting ? 1 : 0;
                _refusals.Add(Stopwatch.GetElapsedTime(_start).TotalSeconds);
                return false;
            }

            _tokens--;
            _inFlight++;
            return true;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _inFlight--;
            Served += _isCounting ? 1 : 0;
        }
    }
}
