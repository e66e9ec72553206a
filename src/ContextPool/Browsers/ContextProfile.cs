using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>What a context looks like to the pages in it. Null leaves Chromium's own value.</summary>
public sealed class ContextProfile
{
    /// <summary>Width of the viewport in CSS pixels. Default 1280.</summary>
    public int ViewportWidth { get; set; } = 1280;

    /// <summary>Height of the viewport in CSS pixels. Default 720.</summary>
    public int ViewportHeight { get; set; } = 720;

    /// <summary>Pixels of the screen for one CSS pixel, above 0; null for one.</summary>
    public double? DeviceScaleFactor { get; set; }

    /// <summary>Lays pages out as telephones do: the viewport that a page asks for, overlay scroll bars. Default false.</summary>
    public bool IsMobile { get; set; }

    /// <summary>Has touch events. Default false.</summary>
    public bool HasTouch { get; set; }

    /// <summary>What <c>prefers-color-scheme</c> is: <c>light</c>, <c>dark</c> or <c>no-preference</c>; null for light.</summary>
    public string? ColorScheme { get; set; }

    /// <summary>Where the device says it is; pages may ask for it then. Null refuses them.</summary>
    public GeoPosition? Geolocation { get; set; }

    /// <summary>Name and password for one site that asks by HTTP. Null answers none.</summary>
    public SiteCredentials? Credentials { get; set; }

    /// <summary>Cookies and local storage that a context begins with, as Playwright writes them (<c>storageState</c>). Null begins with none.</summary>
    public string? StorageState { get; set; }

    /// <summary>Language and region as a BCP 47 tag, for example <c>en-GB</c>.</summary>
    public string? Locale { get; set; }

    /// <summary>The complete User-Agent header.</summary>
    public string? UserAgent { get; set; }

    /// <summary>IANA time zone, for example <c>Europe/Berlin</c>.</summary>
    public string? TimeZoneId { get; set; }

    /// <summary>Headers added to every request of every page.</summary>
    public IDictionary<string, string> ExtraHttpHeaders { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Accept any TLS certificate. Default false.</summary>
    public bool IgnoreHttpsErrors { get; set; }

    /// <summary>Null reaches the network directly.</summary>
    public ProxyProfile? Proxy { get; set; }

    /// <summary>Default bound on one navigation. Default 30 s.</summary>
    public TimeSpan NavigationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Default bound on one action: a wait for a selector, a screenshot, a script. Default 10 s.</summary>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>As <see cref="Leasing.LeaseRequest.Frameless"/> asks for.</summary>
    internal bool Frameless { get; private set; }

    /// <summary>Everything that tells two profiles apart, as one text: contexts are shared only between equal ones.</summary>
    internal string Identity => string.Join(
        '\u001f',
        [
            $"{ViewportWidth}x{ViewportHeight}", $"{DeviceScaleFactor}", $"{IsMobile}", $"{HasTouch}", ColorScheme ?? "",
            $"{Geolocation?.Latitude},{Geolocation?.Longitude},{Geolocation?.Accuracy}", Credentials?.Origin ?? "", Credentials?.Username ?? "", Credentials?.Password ?? "",
            StorageState ?? "", Locale ?? "", UserAgent ?? "", TimeZoneId ?? "", $"{IgnoreHttpsErrors}",
            $"{NavigationTimeout.Ticks}", $"{ActionTimeout.Ticks}",
            Proxy?.Server ?? "", Proxy?.Username ?? "", Proxy?.Password ?? "", Proxy?.Bypass ?? "",
            .. ExtraHttpHeaders.OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}: {header.Value}"),
        ]);

    /// <summary>The same in all else, in a tab without frames. Shares its lists with this one.</summary>
    internal ContextProfile WithoutFrames()
    {
        var copy = (ContextProfile)MemberwiseClone();
        copy.Frameless = true;
        return copy;
    }

    internal BrowserNewContextOptions ToPlaywright() => new()
    {
        ViewportSize = new ViewportSize { Width = ViewportWidth, Height = ViewportHeight },
        DeviceScaleFactor = (float?)DeviceScaleFactor,
        IsMobile = IsMobile ? true : null,
        HasTouch = HasTouch ? true : null,
        ColorScheme = ColorScheme switch
        {
            "dark" => Microsoft.Playwright.ColorScheme.Dark,
            "no-preference" => Microsoft.Playwright.ColorScheme.NoPreference,
            "light" => Microsoft.Playwright.ColorScheme.Light,
            _ => null,
        },
        Geolocation = Geolocation is { } place ? new Geolocation { Latitude = (float)place.Latitude, Longitude = (float)place.Longitude, Accuracy = (float)place.Accuracy } : null,
        Permissions = Geolocation is null ? null : ["geolocation"],
        HttpCredentials = Credentials is { } site ? new HttpCredentials { Origin = site.Origin, Username = site.Username, Password = site.Password } : null,
        StorageState = StorageState,
        Locale = Locale,
        UserAgent = UserAgent,
        TimezoneId = TimeZoneId,
        ExtraHTTPHeaders = ExtraHttpHeaders.Count > 0 ? ExtraHttpHeaders : null,
        IgnoreHTTPSErrors = IgnoreHttpsErrors,
        Proxy = Proxy is { } proxy ? new Proxy { Server = proxy.Server, Username = proxy.Username, Password = proxy.Password, Bypass = proxy.Bypass } : null,
        // A download nobody asked for fills the disk; a service worker answers requests that nobody then sees.
        AcceptDownloads = false,
        ServiceWorkers = ServiceWorkerPolicy.Block,
    };
}
