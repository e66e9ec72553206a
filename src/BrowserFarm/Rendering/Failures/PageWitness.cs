using System.Globalization;
using BrowserFarm.Jobs;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Failures;

/// <summary>Watches a page that failed before, and tells what it looked like when it fails for good. Never in the way: bounded, and silent when it cannot.</summary>
internal sealed class PageWitness : IDisposable
{
    private const int KeptLines = 50;
    private const int MaxLineLength = 500;

    /// <summary>A page that says more is listened to no longer: every line costs the driver.</summary>
    private const int MaxLines = 1000;

    private const int PictureQuality = 60;

    private static readonly TimeSpan PictureTimeout = TimeSpan.FromSeconds(2);

    private readonly IPage _page;
    private readonly RenderRequest _request;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private int _count;

    public PageWitness(IPage page, RenderRequest request)
    {
        _page = page;
        _request = request;
        if (!request.WasTried)
            return;

        page.Console += OnConsole;
        page.PageError += OnError;
    }

    /// <summary>The failure with what can be shown of it.</summary>
    /// <param name="isAnswering">The page is known to answer: a picture may be taken of it.</param>
    public async Task<RenderOutcome.Failed> TellAsync(AttemptFailure failure, bool isAnswering, CancellationToken stop)
    {
        // That a page is not there needs no picture, and of some sites it is every other page.
        if (!_request.IsFinal(failure) || failure.Class is "http-404" or "http-410")
            return new RenderOutcome.Failed(failure);

        var jpeg = isAnswering ? await PictureAsync(stop) : null;
        lock (_gate)
            return new RenderOutcome.Failed(failure, new PageEvidence(_page.Url.StartsWith("http", StringComparison.Ordinal) ? _page.Url : null, jpeg, [.. _lines]));
    }

    public void Dispose() => StopListening();

    private async Task<byte[]?> PictureAsync(CancellationToken stop)
    {
        try
        {
            return await _page.ScreenshotAsync(new PageScreenshotOptions
            {
                Type = ScreenshotType.Jpeg,
                Quality = PictureQuality,
                Timeout = (float)PictureTimeout.TotalMilliseconds,
            }).BoundedBy(stop);
        }
        catch (Exception exception) when (exception is PlaywrightException or TimeoutException or OperationCanceledException)
        {
            return null;
        }
    }

    private void OnConsole(object? sender, IConsoleMessage message) => Note(string.Create(CultureInfo.InvariantCulture, $"{message.Type}: {message.Text}"));

    private void OnError(object? sender, string error) => Note(string.Create(CultureInfo.InvariantCulture, $"uncaught: {error}"));

    private void Note(string line)
    {
        lock (_gate)
        {
            if (++_count == MaxLines)
                StopListening();
            _lines.Enqueue(line.Length > MaxLineLength ? line[..MaxLineLength] + "…" : line);
            if (_lines.Count > KeptLines)
                _lines.Dequeue();
        }
    }

    private void StopListening()
    {
        _page.Console -= OnConsole;
        _page.PageError -= OnError;
    }
}
