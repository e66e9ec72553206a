using System.Text.Json;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Makes exchanges of the browser's events (DevTools domain <c>Network</c>), whatever their order. Not safe for concurrent use.</summary>
internal sealed class NetworkLog
{
    /// <summary>Exchanges that are kept; a page with more has the rest left out.</summary>
    public const int MaxExchanges = 5000;

    private readonly List<NetworkExchange> _exchanges = [];

    /// <summary>Of each request the places of its exchanges, redirects first.</summary>
    private readonly Dictionary<string, List<int>> _places = new(StringComparer.Ordinal);

    /// <summary>Of each request the headers that came before what they belong to, in their order.</summary>
    private readonly Dictionary<string, List<WireHeaders>> _early = new(StringComparer.Ordinal);

    /// <summary>In the order in which they began.</summary>
    public IReadOnlyList<NetworkExchange> Exchanges => _exchanges;

    /// <summary>There were more than are kept.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Seconds on the browser's clock when the document was parsed, and when everything in it was there; null until then.</summary>
    public double? ParsedAt { get; private set; }

    /// <inheritdoc cref="ParsedAt"/>
    public double? LoadedAt { get; private set; }

    public void Take(string @event, JsonElement json)
    {
        switch (@event)
        {
            case "Page.domContentEventFired":
                ParsedAt ??= json.NumberOf("timestamp");
                return;
            case "Page.loadEventFired":
                LoadedAt ??= json.NumberOf("timestamp");
                return;
            case "Network.requestWillBeSent":
                Begin(json);
                return;
        }

        if (json.TextOf("requestId") is not { } id)
            return;
        if (@event is "Network.requestWillBeSentExtraInfo" or "Network.responseReceivedExtraInfo")
        {
            TakeWire(id, new WireHeaders(@event == "Network.responseReceivedExtraInfo", json.NamedValuesOf("headers")));
            return;
        }

        if (!_places.TryGetValue(id, out var places))
            return;

        switch (@event)
        {
            case "Network.responseReceived" when json.TryGetProperty("response", out var answer):
                ChangeLast(places, exchange => exchange with { Answer = NetworkAnswer.Read(answer), Type = json.TextOf("type") ?? exchange.Type });
                break;
            case "Network.dataReceived":
                ChangeLast(places, exchange => exchange with { BodyBytes = exchange.BodyBytes + (long)json.NumberOf("dataLength") });
                break;
            case "Network.loadingFinished":
                ChangeLast(places, exchange => exchange with { Ended = json.NumberOf("timestamp"), WireBytes = (long)json.NumberOf("encodedDataLength") });
                break;
            case "Network.loadingFailed":
                ChangeLast(places, exchange => exchange with { Ended = json.NumberOf("timestamp"), Error = ErrorOf(json) });
                break;
        }
    }

    private void Begin(JsonElement json)
    {
        if (json.TextOf("requestId") is not { } id || !json.TryGetProperty("request", out var request) || request.TextOf("url") is not { } url || IsInline(url))
            return;

        if (_places.TryGetValue(id, out var places) && json.TryGetProperty("redirectResponse", out var redirect))
        {
            ChangeLast(places, exchange => exchange with
            {
                Answer = NetworkAnswer.Read(redirect),
                Ended = json.NumberOf("timestamp"),
                WireBytes = (long)redirect.NumberOf("encodedDataLength"),
                RedirectedTo = url,
            });
        }

        if (_exchanges.Count == MaxExchanges)
        {
            IsCut = true;
            return;
        }

        if (places is null)
            _places.Add(id, places = []);
        places.Add(_exchanges.Count);
        _exchanges.Add(new NetworkExchange(id, url, request.TextOf("method") ?? "GET", json.TextOf("type") ?? "Other", json.NumberOf("timestamp"), WallTime(json))
        {
            RequestHeaders = request.NamedValuesOf("headers"),
            PostData = request.TextOf("postData"),
        });
        if (_early.Remove(id, out var early))
            early.ForEach(headers => TakeWire(id, headers));
    }

    /// <summary>
    /// What went over the wire is told by another process than what was asked for, and may be told first (DevTools protocol, <c>Network.requestWillBeSentExtraInfo</c>): it waits then for its request.
    /// </summary>
    private void TakeWire(string id, WireHeaders wire)
    {
        if (_places.TryGetValue(id, out var places) && (wire.AreOfAnswer
            ? Change(places, exchange => exchange.WireAnswerHeaders is null, exchange => exchange with { WireAnswerHeaders = wire.Headers })
            : Change(places, exchange => !exchange.HasWireRequest, exchange => exchange with { HasWireRequest = true, RequestHeaders = wire.Headers })))
            return;

        if (_early.TryGetValue(id, out var early))
            early.Add(wire);
        else if (_early.Count < MaxExchanges)
            _early.Add(id, [wire]);
    }

    /// <summary>What has no address on the network.</summary>
    private static bool IsInline(string url) => url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("blob:", StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset WallTime(JsonElement json)
    {
        var seconds = json.NumberOf("wallTime");
        return seconds is > 0 and < 1e11 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : DateTimeOffset.UnixEpoch;
    }

    private static string ErrorOf(JsonElement json) =>
        json.TextOf("blockedReason") is { } reason ? $"blocked: {reason}" : json.TextOf("errorText") is { Length: > 0 } error ? error : "failed";

    /// <returns>False when none is meant.</returns>
    private bool Change(List<int> places, Predicate<NetworkExchange> isMeant, Func<NetworkExchange, NetworkExchange> change)
    {
        foreach (var place in places)
        {
            if (!isMeant(_exchanges[place]))
                continue;
            _exchanges[place] = change(_exchanges[place]);
            return true;
        }

        return false;
    }

    private void ChangeLast(List<int> places, Func<NetworkExchange, NetworkExchange> change) => _exchanges[places[^1]] = change(_exchanges[places[^1]]);

    private readonly record struct WireHeaders(bool AreOfAnswer, IReadOnlyList<NamedValue> Headers);
}
