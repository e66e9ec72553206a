using System.Net;
using System.Text.Json;

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
    public static async Task WriteAsync(string path, string state, CancellationToken cancellationToken)
    {
        var beside = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var file = new StreamWriter(beside, options))
                await file.WriteAsync(state.AsMemory(), cancellationToken);
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

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
