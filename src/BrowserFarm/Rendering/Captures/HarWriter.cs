using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Writes HTTP archives of version 1.2.</summary>
/// <remarks>
/// Source: Jan Odvarko, "HTTP Archive 1.2 spec", softwareishard.com/blog/har-12-spec. Bodies are not in it, but for what was posted. Phases
/// that did not happen are -1, times that are not known 0; the time of an entry is the sum of its phases, as the specification demands.
/// </remarks>
internal static class HarWriter
{
    private const string PageId = "page_1";

    public static byte[] Write(NetworkLog log, string title)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("log");
            json.WriteString("version", "1.2");
            json.WriteStartObject("creator");
            json.WriteString("name", "BrowserFarm");
            json.WriteString("version", typeof(HarWriter).Assembly.GetName().Version?.ToString(3) ?? "");
            json.WriteEndObject();
            WritePage(json, log, title);
            json.WriteStartArray("entries");
            foreach (var exchange in log.Exchanges)
                WriteEntry(json, exchange);
            json.WriteEndArray();
            if (log.IsCut)
                json.WriteString("comment", $"Only the first {NetworkLog.MaxExchanges} requests are in it.");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WritePage(Utf8JsonWriter json, NetworkLog log, string title)
    {
        var first = log.Exchanges.Count > 0 ? log.Exchanges[0] : null;
        json.WriteStartArray("pages");
        json.WriteStartObject();
        json.WriteString("startedDateTime", first?.StartedAt ?? DateTimeOffset.UnixEpoch);
        json.WriteString("id", PageId);
        json.WriteString("title", title);
        json.WriteStartObject("pageTimings");
        json.WriteNumber("onContentLoad", Since(first, log.ParsedAt));
        json.WriteNumber("onLoad", Since(first, log.LoadedAt));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static double Since(NetworkExchange? first, double? at) => first is not null && at is { } then ? Milliseconds(then - first.Started) : -1;

    private static void WriteEntry(Utf8JsonWriter json, NetworkExchange exchange)
    {
        var phases = HarPhases.Of(exchange);
        json.WriteStartObject();
        json.WriteString("pageref", PageId);
        json.WriteString("startedDateTime", exchange.StartedAt);
        json.WriteNumber("time", phases.Total);
        WriteRequest(json, exchange);
        WriteResponse(json, exchange);
        json.WriteStartObject("cache");
        json.WriteEndObject();
        json.WriteStartObject("timings");
        foreach (var (name, milliseconds) in phases.All)
            json.WriteNumber(name, milliseconds);
        json.WriteEndObject();
        if (exchange.Answer?.Address is { Length: > 0 } address)
            json.WriteString("serverIPAddress", address);
        if (exchange.Answer?.Connection is { } connection)
            json.WriteString("connection", connection);
        json.WriteString("_resourceType", exchange.Type.ToLower(CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static void WriteRequest(Utf8JsonWriter json, NetworkExchange exchange)
    {
        json.WriteStartObject("request");
        json.WriteString("method", exchange.Method);
        json.WriteString("url", exchange.Url);
        json.WriteString("httpVersion", VersionOf(exchange));
        WriteList(json, "cookies", exchange.RequestHeaders.Where(header => Is(header, "cookie")).SelectMany(header => HarCookies.Sent(header.Value)));
        WriteList(json, "headers", exchange.RequestHeaders);
        WriteList(json, "queryString", QueryOf(exchange.Url));
        if (exchange.PostData is { } posted)
        {
            json.WriteStartObject("postData");
            json.WriteString("mimeType", exchange.RequestHeaders.FirstOrDefault(header => Is(header, "content-type")).Value ?? "");
            json.WriteString("text", posted);
            json.WriteEndObject();
        }

        json.WriteNumber("headersSize", -1);
        json.WriteNumber("bodySize", exchange.PostData is { } body ? Encoding.UTF8.GetByteCount(body) : 0);
        json.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter json, NetworkExchange exchange)
    {
        json.WriteStartObject("response");
        json.WriteNumber("status", exchange.Answer?.Status ?? 0);
        json.WriteString("statusText", exchange.Answer?.StatusText ?? "");
        json.WriteString("httpVersion", VersionOf(exchange));
        json.WriteStartArray("cookies");
        foreach (var cookie in exchange.AnswerHeaders.Where(header => Is(header, "set-cookie")))
            HarCookies.WriteSet(json, cookie.Value, exchange.StartedAt);
        json.WriteEndArray();
        WriteList(json, "headers", exchange.AnswerHeaders);
        json.WriteStartObject("content");
        json.WriteNumber("size", exchange.BodyBytes);
        json.WriteString("mimeType", exchange.Answer?.MimeType is { Length: > 0 } type ? type : "x-unknown");
        json.WriteEndObject();
        json.WriteString("redirectURL", exchange.RedirectedTo ?? "");
        json.WriteNumber("headersSize", -1);
        json.WriteNumber("bodySize", exchange.Answer is { FromCache: true } ? 0 : exchange.Ended is null ? -1 : exchange.WireBytes);
        if (exchange.Error is { } error)
            json.WriteString("_error", error);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<NamedValue> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStartObject();
            json.WriteString("name", value.Name);
            json.WriteString("value", value.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<NamedValue> QueryOf(string url)
    {
        var start = url.IndexOf('?', StringComparison.Ordinal);
        if (start < 0)
            yield break;

        var end = url.IndexOf('#', start);
        foreach (var part in url[(start + 1)..(end < 0 ? url.Length : end)].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? new NamedValue(Decoded(part), "") : new NamedValue(Decoded(part[..equals]), Decoded(part[(equals + 1)..]));
        }
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    /// <summary>As the specification writes them; the browser says <c>h2</c>.</summary>
    private static string VersionOf(NetworkExchange exchange) => exchange.Answer?.Protocol switch
    {
        "h2" => "HTTP/2",
        "h3" => "HTTP/3",
        { Length: > 0 } other => other.ToUpperInvariant(),
        _ => "",
    };

    private static bool Is(NamedValue header, string name) => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    internal static double Milliseconds(double seconds) => Math.Round(Math.Max(0, seconds) * 1000, 3);
}
