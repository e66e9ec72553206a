using System.Globalization;
using BrowserFarm.Jobs;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Records what a page asks of the network. Only where that is wanted: every request then costs some messages more.</summary>
/// <remarks>The requests of frames from other sites are not among them: they have processes, and sessions, of their own.</remarks>
internal sealed class NetworkRecorder
{
    private static readonly string[] Events =
    [
        "Network.requestWillBeSent", "Network.requestWillBeSentExtraInfo", "Network.responseReceived", "Network.responseReceivedExtraInfo", "Network.dataReceived",
        "Network.loadingFinished", "Network.loadingFailed", "Page.domContentEventFired", "Page.loadEventFired",
    ];

    private readonly Lock _gate = new();
    private readonly NetworkLog _log = new();

    private NetworkRecorder(ICDPSession session)
    {
        foreach (var name in Events)
        {
            session.Event(name).OnEvent += (_, json) =>
            {
                if (json is not { } told)
                    return;
                lock (_gate)
                    _log.Take(name, told);
            };
        }
    }

    /// <summary>Begins; to be awaited before the page goes anywhere. It ends with the session.</summary>
    public static async Task<NetworkRecorder> StartAsync(ICDPSession session)
    {
        var recorder = new NetworkRecorder(session);
        await session.CallAsync("Network.enable");
        await session.CallAsync("Page.enable");
        return recorder;
    }

    /// <summary>The requests so far as an HTTP archive.</summary>
    public byte[] ToHar(string title)
    {
        lock (_gate)
            return HarWriter.Write(_log, title);
    }

    /// <summary>The requests so far, a line each.</summary>
    public IReadOnlyList<NetworkLine> ToLines()
    {
        lock (_gate)
        {
            var start = _log.Exchanges.Count > 0 ? _log.Exchanges[0].Started : 0;
            return [.. _log.Exchanges.Select(exchange => LineOf(exchange, start))];
        }
    }

    private static NetworkLine LineOf(NetworkExchange exchange, double start) => new(
        exchange.Url,
        exchange.Method,
        exchange.Type.ToLower(CultureInfo.InvariantCulture),
        exchange.Answer?.Status,
        exchange.Answer?.MimeType is { Length: > 0 } type ? type : null,
        exchange.WireBytes,
        (int)((exchange.Started - start) * 1000),
        exchange.Ended is { } ended ? (int)((ended - exchange.Started) * 1000) : null,
        exchange.Answer?.FromCache ?? false,
        exchange.Error);
}
