using System.Globalization;
using System.Text.Json;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Cookies of an HTTP archive, out of the headers <c>Cookie</c> and <c>Set-Cookie</c> (RFC 6265, sections 4.1 and 4.2).</summary>
internal static class HarCookies
{
    /// <param name="header">For example <c>a=1; b=2</c>.</param>
    public static IEnumerable<NamedValue> Sent(string header) =>
        header.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Pair);

    /// <param name="header">For example <c>a=1; Path=/; HttpOnly</c>.</param>
    /// <param name="now">When it came: the least age counts from there.</param>
    public static void WriteSet(Utf8JsonWriter json, string header, DateTimeOffset now)
    {
        var parts = header.Split(';', StringSplitOptions.TrimEntries);
        var cookie = Pair(parts[0]);
        var attributes = parts.Skip(1).Select(Pair).GroupBy(attribute => attribute.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.OrdinalIgnoreCase);

        json.WriteStartObject();
        json.WriteString("name", cookie.Name);
        json.WriteString("value", cookie.Value);
        if (attributes.TryGetValue("path", out var path))
            json.WriteString("path", path);
        if (attributes.TryGetValue("domain", out var domain))
            json.WriteString("domain", domain);
        if (ExpiryOf(attributes, now) is { } expires)
            json.WriteString("expires", expires);
        json.WriteBoolean("httpOnly", attributes.ContainsKey("httponly"));
        json.WriteBoolean("secure", attributes.ContainsKey("secure"));
        json.WriteEndObject();
    }

    private static DateTimeOffset? ExpiryOf(Dictionary<string, string> attributes, DateTimeOffset now)
    {
        if (attributes.TryGetValue("max-age", out var age) && long.TryParse(age, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            return now.AddSeconds(Math.Clamp(seconds, -1, 400L * 24 * 3600));   // browsers keep none longer than 400 days (RFC 6265bis)
        return attributes.TryGetValue("expires", out var date)
            && DateTimeOffset.TryParse(date.Replace('-', ' '), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
    }

    private static NamedValue Pair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new NamedValue(text, "") : new NamedValue(text[..equals].Trim(), text[(equals + 1)..].Trim());
    }
}
