using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Blocking;
using ContextPool.Browsers;

namespace BrowserFarm.Hosting;

/// <summary>One key of the file: where it stands, what it may be, and what reading it does.</summary>
/// <param name="Path">For example <c>context.viewport.width</c>.</param>
/// <param name="Legal">The legal values in words; shown when another is found, and in the documentation.</param>
/// <param name="TryApply">Takes the value over; false when it is not a legal one.</param>
internal sealed record ConfigKey(string Path, string Legal, Func<PlaywrightConfig, JsonElement, bool> TryApply);

/// <summary>Every key that <c>playwright.config.json</c> may have. Documented in <c>docs/operating.md</c>, which a test compares with this list.</summary>
internal static partial class PlaywrightConfigSchema
{
    private const int MaxArguments = 100;

    public static IReadOnlyList<ConfigKey> Keys { get; } =
    [
        Choice("launch.channel", BrowserLocator.Channels, (config, value) => config.Launch.Channel = value),
        Text("launch.executablePath", "the path of a browser", IsPath, (config, value) => config.Launch.ExecutablePath = value),
        Bool("launch.headless", (config, value) => config.Launch.Headless = value),
        Texts("launch.args", "a list of Chromium switches, each beginning with --; not --no-sandbox (use launch.sandbox) or --proxy-server", IsSwitch,
            (config, values) => config.Launch.Args = values),
        Choice("launch.sandbox", ["auto", "on", "off"], (config, value) => config.Launch.Sandbox = Enum.Parse<SandboxMode>(value, ignoreCase: true)),
        Bool("launch.popups", (config, value) => config.Launch.Popups = value),
        Milliseconds("launch.timeoutMs", 1_000, 300_000, (config, value) => config.LaunchTimeout = value),

        Number("context.viewport.width", 1, 16_384, (config, value) => config.Context.ViewportWidth = value),
        Number("context.viewport.height", 1, 16_384, (config, value) => config.Context.ViewportHeight = value),
        Text("context.device", "a device of Playwright like Pixel 7 or iPhone 15; it sets viewport, resolution, touch and user agent", value => value.Length is > 0 and <= 100, (config, value) => config.Device = value),
        Real("context.deviceScaleFactor", 0.1, 10, (config, value) => config.Context.DeviceScaleFactor = value),
        Bool("context.isMobile", (config, value) => config.Context.IsMobile = value),
        Bool("context.hasTouch", (config, value) => config.Context.HasTouch = value),
        Choice("context.colorScheme", ["light", "dark", "no-preference"], (config, value) => config.Context.ColorScheme = value),
        Real("context.geolocation.latitude", -90, 90, (config, value) => config.Context.Geolocation = PlaceOf(config) with { Latitude = value }),
        Real("context.geolocation.longitude", -180, 180, (config, value) => config.Context.Geolocation = PlaceOf(config) with { Longitude = value }),
        Real("context.geolocation.accuracy", 0, 1e7, (config, value) => config.Context.Geolocation = PlaceOf(config) with { Accuracy = value }),
        Text("context.httpCredentials.origin", "the site that asks, like https://intranet.example", IsOrigin, (config, value) => config.Context.Credentials = CredentialsOf(config) with { Origin = value.TrimEnd('/') }),
        Text("context.httpCredentials.username", "a name of at most 255 characters", IsCredential, (config, value) => config.Context.Credentials = CredentialsOf(config) with { Username = value }),
        Text("context.httpCredentials.password", "a password of at most 255 characters", IsCredential, (config, value) => config.Context.Credentials = CredentialsOf(config) with { Password = value }),
        Text("context.profile", "the path of a profile that render --save-profile wrote", IsPath, (config, value) => config.ProfilePath = Path.GetFullPath(value)),
        Text("context.locale", "a language tag like en-GB", value => LanguageTag().IsMatch(value), (config, value) => config.Context.Locale = value),
        Text("context.userAgent", "a User-Agent header of at most 1000 printable ASCII characters", HeaderRules.IsValue, (config, value) => config.Context.UserAgent = value),
        Text("context.timezoneId", "an IANA time zone like Europe/Berlin", value => TimeZoneName().IsMatch(value), (config, value) => config.Context.TimeZoneId = value),
        new("context.extraHTTPHeaders", "an object of header names and values; not Host, Content-Length, Cookie, Connection or Proxy-*", TryApplyHeaders),
        Bool("context.ignoreHTTPSErrors", (config, value) => config.Context.IgnoreHttpsErrors = value),

        Text("proxy.server", "http://host:port, https://host:port or socks5://host:port", IsProxy, (config, value) => config.Context.Proxy = ProxyOf(config) with { Server = value }),
        Text("proxy.username", "a name of at most 255 characters", IsCredential, (config, value) => config.Context.Proxy = ProxyOf(config) with { Username = value }),
        Text("proxy.password", "a password of at most 255 characters", IsCredential, (config, value) => config.Context.Proxy = ProxyOf(config) with { Password = value }),
        Text("proxy.bypass", "a comma-separated list of hosts like .example.org, 127.0.0.1", value => value.Length is > 0 and <= 2000 && value.All(c => c is >= ' ' and <= '~'),
            (config, value) => config.Context.Proxy = ProxyOf(config) with { Bypass = value }),

        Milliseconds("navigation.timeoutMs", 100, 600_000, (config, value) => config.Render.NavigationTimeout = value),
        Milliseconds("navigation.actionTimeoutMs", 100, 600_000, (config, value) => config.Render.ActionTimeout = value),
        Milliseconds("navigation.settleTimeoutMs", 100, 600_000, (config, value) => config.Render.SettleTimeout = value),
        Choice("navigation.waitUntil", ["settled", "load", "domcontentloaded"],
            (config, value) => config.Render.WaitUntil = Enum.Parse<WaitUntil>(value, ignoreCase: true)),
        Bool("navigation.frameless", (config, value) => config.Render.Frameless = value),

        Texts("block.resourceTypes", $"a list of {string.Join(", ", ResourceFilter.Types.Select(type => type.ToLowerInvariant()))}", IsResourceType,
            (config, values) => config.Render.BlockedResourceTypes = [.. values.Select(ResourceTypeOf)]),
        Bool("block.trackers", (config, value) => config.BlocksTrackers = value),
        Text("block.hostsFile", "the path of a list of hosts, one a line", IsPath, (config, value) => config.HostsFile = Path.GetFullPath(value)),
        Texts("block.urls", "a list of URL patterns like *://*.example.org/* in which * matches anything", value => value.Length is > 0 and <= 2000,
            (config, values) => config.Render.BlockedUrls = [.. values]),
    ];

    private static ConfigKey Bool(string path, Action<PlaywrightConfig, bool> apply) => new(path, "true or false", (config, json) =>
    {
        if (json.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            return false;
        apply(config, json.GetBoolean());
        return true;
    });

    private static ConfigKey Number(string path, int least, int most, Action<PlaywrightConfig, int> apply) =>
        new(path, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"), (config, json) =>
        {
            if (json.ValueKind != JsonValueKind.Number || !json.TryGetInt32(out var value) || value < least || value > most)
                return false;
            apply(config, value);
            return true;
        });

    /// <summary>A number; null leaves the default.</summary>
    private static ConfigKey Real(string path, double least, double most, Action<PlaywrightConfig, double> apply) =>
        new(path, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}, or null"), (config, json) =>
        {
            if (json.ValueKind == JsonValueKind.Null)
                return true;
            if (json.ValueKind != JsonValueKind.Number || !json.TryGetDouble(out var value) || !(value >= least && value <= most))
                return false;
            apply(config, value);
            return true;
        });

    private static ConfigKey Milliseconds(string path, int least, int most, Action<PlaywrightConfig, TimeSpan> apply) =>
        Number(path, least, most, (config, value) => apply(config, TimeSpan.FromMilliseconds(value)));

    private static ConfigKey Choice(string path, IReadOnlyList<string> values, Action<PlaywrightConfig, string> apply) =>
        Text(path, string.Join(", ", values.Select(value => $"\"{value}\"")), value => values.Contains(value, StringComparer.Ordinal), apply);

    /// <summary>A string; null, as in Playwright's own files, leaves the default.</summary>
    private static ConfigKey Text(string path, string legal, Func<string, bool> isLegal, Action<PlaywrightConfig, string> apply) =>
        new(path, $"{legal}, or null", (config, json) =>
        {
            if (json.ValueKind == JsonValueKind.Null)
                return true;
            if (json.ValueKind != JsonValueKind.String || json.GetString() is not { } value || !isLegal(value))
                return false;
            apply(config, value);
            return true;
        });

    private static ConfigKey Texts(string path, string legal, Func<string, bool> isLegal, Action<PlaywrightConfig, List<string>> apply) =>
        new(path, legal, (config, json) =>
        {
            if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() > MaxArguments)
                return false;

            var values = json.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString() : null).ToList();
            if (values.Any(value => value is null || !isLegal(value)))
                return false;
            apply(config, values!);
            return true;
        });

    private static bool TryApplyHeaders(PlaywrightConfig config, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return false;

        foreach (var header in json.EnumerateObject())
        {
            var isLegal = HeaderRules.IsName(header.Name) && !HeaderRules.IsForbidden(header.Name)
                && header.Value.ValueKind == JsonValueKind.String && HeaderRules.IsValue(header.Value.GetString()!);
            if (!isLegal)
                return false;
            config.Context.ExtraHttpHeaders[header.Name] = header.Value.GetString()!;
        }

        return true;
    }

    private static ProxyProfile ProxyOf(PlaywrightConfig config) => config.Context.Proxy ?? new ProxyProfile(Server: "");

    private static GeoPosition PlaceOf(PlaywrightConfig config) => config.Context.Geolocation ?? new GeoPosition(double.NaN, double.NaN);

    private static SiteCredentials CredentialsOf(PlaywrightConfig config) => config.Context.Credentials ?? new SiteCredentials("", "", "");

    private static bool IsOrigin(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { UserInfo: "", PathAndQuery: "/" or "", Fragment: "" } && uri.Host.Length > 0;

    private static bool IsProxy(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "socks5"
        && uri is { UserInfo: "", PathAndQuery: "/" or "", Fragment: "" } && uri.Host.Length > 0 && uri.Port > 0;

    private static bool IsCredential(string value) => value.Length is > 0 and <= 255 && !value.Any(char.IsControl);

    private static bool IsPath(string value) => value.Length is > 0 and <= 4096 && !value.Any(char.IsControl);

    private static bool IsSwitch(string value) =>
        value.StartsWith("--", StringComparison.Ordinal) && value.Length is > 2 and <= 4096
        && !value.StartsWith("--no-sandbox", StringComparison.Ordinal) && !value.StartsWith("--proxy-server", StringComparison.Ordinal);

    private static bool IsResourceType(string value) => ResourceFilter.Types.Contains(value, StringComparer.OrdinalIgnoreCase);

    private static string ResourceTypeOf(string value) =>
        ResourceFilter.Types.First(type => type.Equals(value, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LanguageTag();

    [GeneratedRegex(@"^[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TimeZoneName();
}
