using BrowserFarm.Jobs;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Keeps what a page writes to its console, from its beginning.</summary>
internal sealed class ConsoleRecorder : IDisposable
{
    /// <summary>A page that says more is listened to no longer: every line costs the driver.</summary>
    public const int MaxLines = 1000;

    private const int MaxLength = 2000;

    private readonly IPage _page;
    private readonly Lock _gate = new();
    private readonly List<ConsoleLine> _lines = [];

    public ConsoleRecorder(IPage page)
    {
        _page = page;
        page.Console += OnConsole;
        page.PageError += OnError;
    }

    /// <summary>The lines so far, the oldest first.</summary>
    public IReadOnlyList<ConsoleLine> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    public void Dispose()
    {
        _page.Console -= OnConsole;
        _page.PageError -= OnError;
    }

    private void OnConsole(object? sender, IConsoleMessage message) => Note(message.Type, message.Text, message.Location is { Length: > 2 } place && place[0] != ':' ? place : null);

    private void OnError(object? sender, string error) => Note("uncaught", error, null);

    private void Note(string level, string text, string? source)
    {
        lock (_gate)
        {
            if (_lines.Count == MaxLines)
                return;
            _lines.Add(new ConsoleLine(level, text.Length > MaxLength ? text[..MaxLength] + "…" : text, source));
            if (_lines.Count == MaxLines)
                Dispose();
        }
    }
}
