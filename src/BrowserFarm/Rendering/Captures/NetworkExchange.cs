using System.Text.Json;

namespace BrowserFarm.Rendering.Captures;

/// <summary>A name with a value, as headers, cookies and query parameters are.</summary>
internal readonly record struct NamedValue(string Name, string Value);

/// <summary>One request with its answer, as far as the browser has told of them. A redirect is an exchange of its own.</summary>
/// <param name="Id">The browser's; redirects of one request share it.</param>
/// <param name="Started">Seconds on the browser's own clock.</param>
/// <param name="StartedAt">The same moment on the wall.</param>
internal sealed record NetworkExchange(string Id, string Url, string Method, string Type, double Started, DateTimeOffset StartedAt)
{
    /// <summary>As the page's process knows them; those that went over the wire replace them as soon as they are known.</summary>
    public IReadOnlyList<NamedValue> RequestHeaders { get; init; } = [];

    public bool HasWireRequest { get; init; }

    /// <summary>What was posted; null when nothing was, or it is not told.</summary>
    public string? PostData { get; init; }

    public NetworkAnswer? Answer { get; init; }

    /// <summary>Headers of the answer as they came over the wire, with its cookies.</summary>
    public IReadOnlyList<NamedValue>? WireAnswerHeaders { get; init; }

    /// <summary>Bytes of the body after decompression.</summary>
    public long BodyBytes { get; init; }

    /// <summary>Bytes of headers and body over the wire.</summary>
    public long WireBytes { get; init; }

    /// <summary>Seconds on the browser's own clock; null while it runs.</summary>
    public double? Ended { get; init; }

    /// <summary>Why there is no answer, or none to its end.</summary>
    public string? Error { get; init; }

    /// <summary>Where it sent the browser on to; null when it was no redirect.</summary>
    public string? RedirectedTo { get; init; }

    public IReadOnlyList<NamedValue> AnswerHeaders => WireAnswerHeaders ?? Answer?.Headers ?? [];
}

/// <summary>The head of an answer.</summary>
/// <param name="Timing">Phases in milliseconds from <see cref="AnswerTiming.RequestTime"/>; null for an answer from a cache.</param>
internal sealed record NetworkAnswer(
    int Status, string StatusText, string Protocol, string MimeType, IReadOnlyList<NamedValue> Headers, string? Address, string? Connection, bool FromCache, AnswerTiming? Timing)
{
    /// <param name="json">DevTools <c>Network.Response</c>.</param>
    public static NetworkAnswer Read(JsonElement json) => new(
        json.IntOf("status"),
        json.TextOf("statusText") ?? "",
        json.TextOf("protocol") ?? "",
        json.TextOf("mimeType") ?? "",
        json.NamedValuesOf("headers"),
        json.TextOf("remoteIPAddress")?.Trim('[', ']'),
        json.TryGetProperty("connectionId", out var connection) && connection.ValueKind == JsonValueKind.Number && connection.GetDouble() > 0 ? connection.GetRawText() : null,
        json.FlagOf("fromDiskCache") || json.FlagOf("fromPrefetchCache") || json.FlagOf("fromServiceWorker"),
        json.TryGetProperty("timing", out var timing) && timing.ValueKind == JsonValueKind.Object ? AnswerTiming.Read(timing) : null);
}

/// <summary>DevTools <c>Network.ResourceTiming</c>.</summary>
/// <param name="RequestTime">Seconds on the browser's clock; all others are milliseconds from it, negative when there was no such phase.</param>
internal sealed record AnswerTiming(
    double RequestTime, double DnsStart, double DnsEnd, double ConnectStart, double ConnectEnd, double SslStart, double SslEnd, double SendStart, double SendEnd, double HeadersEnd)
{
    public static AnswerTiming Read(JsonElement json) => new(
        json.NumberOf("requestTime"),
        json.NumberOf("dnsStart"), json.NumberOf("dnsEnd"),
        json.NumberOf("connectStart"), json.NumberOf("connectEnd"),
        json.NumberOf("sslStart"), json.NumberOf("sslEnd"),
        json.NumberOf("sendStart"), json.NumberOf("sendEnd"),
        json.NumberOf("receiveHeadersEnd"));
}
