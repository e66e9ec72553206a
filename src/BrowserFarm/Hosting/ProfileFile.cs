using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BrowserFarm.Jobs;
using BrowserFarm.Storage;

namespace BrowserFarm.Hosting;

/// <summary>A profile: what Playwright calls a storage state. Cookies and local storage, written after a log-in and read before a crawl.</summary>
public static class ProfileFile
{
    public const int MaxBytes = 16 << 20;

    /// <summary>Reads a profile for contexts.</summary>
    /// <exception cref="ConfigFileException">It cannot be read, or is no profile.</exception>
    public static string Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw new ConfigFileException($"The profile {path} has more than {MaxBytes >> 20} MB.");
            var text = File.ReadAllText(path);
            _ = CookiesOf(text);
            return text;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigFileException($"The profile {path} cannot be read: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ConfigFileException($"{path} is not a profile (\"cookies\" and \"origins\", as --save-profile writes them): {exception.Message}", exception);
        }
    }

    /// <summary>Writes a profile so that only its owner may read it; it replaces an older one whole.</summary>
    /// <exception cref="IOException">The disk is full or failing, or the folder is not there.</exception>
    public static Task WriteAsync(string path, string state, CancellationToken cancellationToken) => WholeFile.WriteAsync(
        path, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(state), cancellationToken).AsTask(), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>The cookies of a profile, for requests that no browser makes.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">It is JSON, but no profile.</exception>
    /// <exception cref="KeyNotFoundException">It lacks something that every profile has.</exception>
    internal static IReadOnlyList<Cookie> CookiesOf(string state)
    {
        using var json = JsonDocument.Parse(state);
        _ = json.RootElement.GetProperty("origins").GetArrayLength();
        return [.. json.RootElement.GetProperty("cookies").EnumerateArray().Select(CookieOf).OfType<Cookie>()];
    }

    /// <summary>A profile with more cookies in it, for whole hosts and as long as the browser lives; one that is there under the same name and host is replaced.</summary>
    /// <param name="state">Null for an empty one.</param>
    internal static string WithCookies(string? state, IReadOnlyList<HttpPair> cookies, IEnumerable<string> hosts)
    {
        var profile = JsonNode.Parse(state ?? """{ "cookies": [], "origins": [] }""")!;
        var list = profile["cookies"]!.AsArray();
        foreach (var host in hosts.Distinct(StringComparer.Ordinal))
        {
            foreach (var cookie in cookies)
            {
                foreach (var old in list.Where(old => (string?)old!["name"] == cookie.Name && ((string?)old["domain"])?.TrimStart('.') == host).ToList())
                    list.Remove(old);
                list.Add(new JsonObject
                {
                    ["name"] = cookie.Name,
                    ["value"] = cookie.Value,
                    ["domain"] = host,
                    ["path"] = "/",
                    ["expires"] = -1,
                    ["httpOnly"] = false,
                    ["secure"] = false,
                    ["sameSite"] = "Lax",
                });
            }
        }

        return profile.ToJsonString();
    }

    /// <summary>Null for one that .NET cannot hold: its name or value is not as RFC 6265 has it.</summary>
    private static Cookie? CookieOf(JsonElement json)
    {
        try
        {
            var cookie = new Cookie(json.GetProperty("name").GetString()!, json.GetProperty("value").GetString(), json.GetProperty("path").GetString(), json.GetProperty("domain").GetString())
            {
                Secure = json.GetProperty("secure").GetBoolean(),
                HttpOnly = json.GetProperty("httpOnly").GetBoolean(),
            };
            if (json.GetProperty("expires").GetDouble() is > 0 and < 1e11 and var seconds)
                cookie.Expires = DateTimeOffset.FromUnixTimeSeconds((long)seconds).UtcDateTime;
            return cookie;
        }
        catch (CookieException)
        {
            return null;
        }
    }
}
