using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>One of the devices that Playwright can show a browser as: window, resolution, touch, user agent.</summary>
public static class DevicePreset
{
    private const int MaxSuggestions = 8;

    /// <summary>Shows contexts as this device: window, resolution, touch and user agent are its own then, whatever was set before.</summary>
    /// <param name="name">As Playwright spells it, whatever the case: <c>iPhone 15</c>, <c>Pixel 7 landscape</c>.</param>
    /// <remarks>The list is in the driver, which is started for the question: half a second.</remarks>
    /// <exception cref="FormatException">There is no such device; the message names some that are like it.</exception>
    public static async Task ApplyAsync(string name, ContextProfile profile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        using var playwright = await Playwright.CreateAsync().WaitAsync(cancellationToken);
        var found = playwright.Devices.FirstOrDefault(device => device.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value
            ?? throw new FormatException($"'{name}' is not a device; there are for example {string.Join(", ", Like(name, playwright.Devices.Keys))}.");

        profile.ViewportWidth = found.ViewportSize!.Width;
        profile.ViewportHeight = found.ViewportSize.Height;
        profile.DeviceScaleFactor = found.DeviceScaleFactor;
        profile.IsMobile = found.IsMobile ?? false;
        profile.HasTouch = found.HasTouch ?? false;
        profile.UserAgent = found.UserAgent;
    }

    /// <summary>Those that have most words in common with it; of others the newest, which come last in the list.</summary>
    private static IEnumerable<string> Like(string name, IEnumerable<string> devices)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return devices.Where(device => !device.EndsWith("landscape", StringComparison.Ordinal)).Reverse()
            .OrderByDescending(device => words.Count(word => device.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .Take(MaxSuggestions);
    }
}
