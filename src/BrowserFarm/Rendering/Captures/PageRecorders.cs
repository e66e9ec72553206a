using BrowserFarm.Jobs;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Captures;

/// <summary>What has to be listened to from a page's beginning, for the formats that are wanted; nothing when none needs it.</summary>
internal sealed class PageRecorders : IDisposable
{
    private readonly PageWish _wish;
    private Task<byte[]>? _served;

    private PageRecorders(PageWish wish, ConsoleRecorder? console, NetworkRecorder? network)
    {
        _wish = wish;
        Console = console;
        Network = network;
    }

    public ConsoleRecorder? Console { get; }

    public NetworkRecorder? Network { get; }

    /// <summary>To be awaited before the page goes anywhere.</summary>
    public static async Task<PageRecorders> StartAsync(IPage page, ICDPSession session, PageWish wish)
    {
        var network = wish.Formats.Contains(PageFormat.Har) || wish.Formats.Contains(PageFormat.Network) ? await NetworkRecorder.StartAsync(session) : null;
        return new PageRecorders(wish, wish.Formats.Contains(PageFormat.Console) ? new ConsoleRecorder(page) : null, network);
    }

    /// <summary>The page's document begins to come. Asked for at once: the browser keeps it no longer than the page.</summary>
    public void Follow(IResponse document)
    {
        if (!_wish.Formats.Contains(PageFormat.Raw))
            return;

        _served = document.BodyAsync();
        _ = _served.ContinueWith(static abandoned => _ = abandoned.Exception, TaskScheduler.Default);
    }

    /// <summary>The document as the server sent it.</summary>
    public Task<byte[]> ServedAsync() => _served ?? Task.FromResult<byte[]>([]);

    public void Dispose() => Console?.Dispose();
}
