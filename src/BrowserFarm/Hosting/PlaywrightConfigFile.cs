using System.Text.Json;
using BrowserFarm.Rendering.Blocking;

namespace BrowserFarm.Hosting;

/// <summary>Finds and reads <c>playwright.config.json</c>: strictly, so that a misspelt key is a message and not a surprise.</summary>
public static class PlaywrightConfigFile
{
    public const string FileName = "playwright.config.json";

    /// <summary>Environment variable naming the file to read.</summary>
    public const string PathVariable = "BROWSERFARM_CONFIG";

    /// <summary>The file to read: the one asked for, else <c>BROWSERFARM_CONFIG</c>, else the one in the working folder, else the program's own.</summary>
    /// <returns>Null when there is none at all; the defaults then hold.</returns>
    public static string? Find(string? asked)
    {
        if (asked is not null)
            return Path.GetFullPath(asked);
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } fromEnvironment)
            return Path.GetFullPath(fromEnvironment);

        var here = Path.GetFullPath(FileName);
        var own = Path.Join(AppContext.BaseDirectory, FileName);
        return File.Exists(here) ? here : File.Exists(own) ? own : null;
    }

    /// <summary>Reads the file that <see cref="Find"/> names, or the defaults.</summary>
    /// <exception cref="ConfigFileException">It cannot be read, or has mistakes; the message lists all of them.</exception>
    public static PlaywrightConfig Load(string? asked) => Find(asked) is { } path ? Read(path) : new PlaywrightConfig();

    /// <exception cref="ConfigFileException">It cannot be read, or has mistakes; the message lists all of them.</exception>
    public static PlaywrightConfig Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigFileException($"The configuration file {path} cannot be read: {exception.Message}", exception);
        }

        return Parse(text, path);
    }

    /// <param name="name">What to call the file in messages.</param>
    /// <exception cref="ConfigFileException">It has mistakes; the message lists all of them.</exception>
    public static PlaywrightConfig Parse(string text, string name)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text, new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                AllowDuplicateProperties = false,
                MaxDepth = 16,
            });
        }
        catch (JsonException exception)
        {
            throw new ConfigFileException($"The configuration file {name} is not valid JSON: {exception.Message}", exception);
        }

        using (document)
        {
            var config = new PlaywrightConfig();
            var mistakes = new List<string>();
            try
            {
                ReadObject(document.RootElement, prefix: "", config, mistakes);
            }
            catch (InvalidOperationException exception)
            {
                // JSON may spell half a surrogate pair, which is no text.
                throw new ConfigFileException($"The configuration file {name} contains a text that is not valid Unicode: {exception.Message}", exception);
            }

            if (config.Context.Proxy is { Server: "" })
                mistakes.Add("proxy.server is missing: the other settings of a proxy mean nothing without it");
            else if (config.Context.Proxy is { Username: not null, Server: var server } && server.StartsWith("socks", StringComparison.Ordinal))
                mistakes.Add("proxy.username is given for a SOCKS proxy, which Chromium cannot log in to");
            config.Render.BlockedHosts = BlockedHostsOf(config, mistakes);
            if (config.Context.Geolocation is { } place && (double.IsNaN(place.Latitude) || double.IsNaN(place.Longitude)))
                mistakes.Add("context.geolocation needs a latitude and a longitude");
            if (config.Context.Credentials is { Origin: "" } or { Username: "" } or { Password: "" })
                mistakes.Add("context.httpCredentials needs an origin, a username and a password");
            return mistakes.Count == 0
                ? config
                : throw new ConfigFileException($"The configuration file {name} has {(mistakes.Count == 1 ? "a mistake" : $"{mistakes.Count} mistakes")}: {string.Join("; ", mistakes)}.");
        }
    }

    private static IReadOnlyList<string> BlockedHostsOf(PlaywrightConfig config, List<string> mistakes)
    {
        IReadOnlyList<string> own = config.BlocksTrackers ? HostList.Trackers : [];
        if (config.HostsFile is not { } path)
            return own;

        try
        {
            return [.. own.Union(HostList.Parse(File.ReadAllText(path), path), StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            mistakes.Add($"block.hostsFile cannot be used: {exception.Message.TrimEnd('.')}");
            return own;
        }
    }

    private static void ReadObject(JsonElement json, string prefix, PlaywrightConfig config, List<string> mistakes)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add($"{(prefix.Length == 0 ? "the file" : prefix.TrimEnd('.'))} is {Shown(json)}, but must be an object");
            return;
        }

        foreach (var property in json.EnumerateObject())
        {
            var path = prefix + property.Name;
            if (PlaywrightConfigSchema.Keys.FirstOrDefault(key => key.Path == path) is { } key)
            {
                if (!key.TryApply(config, property.Value))
                    mistakes.Add($"{path} is {Shown(property.Value)}, but must be {key.Legal}");
            }
            else if (PlaywrightConfigSchema.Keys.Any(known => known.Path.StartsWith(path + ".", StringComparison.Ordinal)))
            {
                ReadObject(property.Value, path + ".", config, mistakes);
            }
            else
            {
                mistakes.Add($"{path} is not a known setting; known here: {string.Join(", ", KnownBelow(prefix))}");
            }
        }
    }

    private static IEnumerable<string> KnownBelow(string prefix) => PlaywrightConfigSchema.Keys
        .Where(key => key.Path.StartsWith(prefix, StringComparison.Ordinal))
        .Select(key => prefix + key.Path[prefix.Length..].Split('.')[0])
        .Distinct(StringComparer.Ordinal);

    private static string Shown(JsonElement json)
    {
        var text = json.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
