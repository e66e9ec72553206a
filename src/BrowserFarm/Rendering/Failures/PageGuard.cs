using BrowserFarm.Jobs;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Failures;

/// <summary>Keeps a page from holding itself up: dismisses its dialogs, closes its pop-ups, and gives it up when it has too many of either, or of frames.</summary>
internal sealed class PageGuard : IDisposable
{
    private const int MaxDialogs = 10;
    private const int MaxPopups = 20;

    /// <summary>At one time. Each is a document with memory of its own, and of another site a process.</summary>
    private const int MaxFrames = 500;

    private readonly IPage _page;
    private readonly CancellationTokenSource _tooMany = new();
    private int _dialogs;
    private int _popups;

    public PageGuard(IPage page)
    {
        _page = page;
        TooMany = _tooMany.Token;
        page.Dialog += OnDialog;
        page.Context.Page += OnPage;
        page.FrameAttached += OnFrame;
    }

    /// <summary>Cancelled when the page is not worth waiting for any longer; <see cref="Failure"/> then says why.</summary>
    public CancellationToken TooMany { get; }

    public AttemptFailure? Failure { get; private set; }

    public void Dispose()
    {
        _page.Dialog -= OnDialog;
        _page.Context.Page -= OnPage;
        _page.FrameAttached -= OnFrame;
        _tooMany.Dispose();
    }

    private async void OnDialog(object? sender, IDialog dialog)
    {
        try
        {
            if (Interlocked.Increment(ref _dialogs) > MaxDialogs)
                GiveUp(FailureClasses.DialogStorm, $"The page opened more than {MaxDialogs} dialogs.");
            await dialog.DismissAsync();
        }
        catch (PlaywrightException)
        {
            // The page went away with its dialog.
        }
    }

    private async void OnPage(object? sender, IPage popup)
    {
        try
        {
            if (ReferenceEquals(popup, _page))
                return;
            if (Interlocked.Increment(ref _popups) > MaxPopups)
                GiveUp(FailureClasses.PopupStorm, $"The page opened more than {MaxPopups} windows.");
            await popup.CloseAsync();
        }
        catch (PlaywrightException)
        {
            // It closed by itself.
        }
    }

    private void OnFrame(object? sender, IFrame frame)
    {
        if (_page.Frames.Count > MaxFrames)
            GiveUp(FailureClasses.FrameStorm, $"The page has more than {MaxFrames} frames.");
    }

    private void GiveUp(string @class, string reason)
    {
        Failure ??= new AttemptFailure(FailureKind.Permanent, @class, reason);
        try
        {
            _tooMany.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The rendering ended first.
        }
    }
}
