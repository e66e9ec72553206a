using BrowserFarm.Jobs;
using ContextPool.Browsers;

namespace BrowserFarm.Hosting;

/// <summary>Makes contexts look like the visitor that is wanted, before the first of them is opened.</summary>
public static class Visitor
{
    /// <summary>Looks up the device and reads the profile that a crawl asks for, or else the configuration; adds its headers and cookies.</summary>
    /// <param name="begunWith">Addresses whose hosts get the cookies.</param>
    /// <exception cref="FormatException">There is no such device.</exception>
    /// <exception cref="ConfigFileException">The profile cannot be read.</exception>
    public static async Task PrepareAsync(PlaywrightConfig config, VisitorSpec visitor, IReadOnlyList<string> begunWith, CancellationToken cancellationToken)
    {
        if ((visitor.Device ?? config.Device) is { } device)
            await DevicePreset.ApplyAsync(device, config.Context, cancellationToken);
        if ((visitor.Profile ?? config.ProfilePath) is { } path)
            config.Context.StorageState = ProfileFile.Read(path);
        if (visitor.Cookies.Count > 0)
            config.Context.StorageState = ProfileFile.WithCookies(config.Context.StorageState, visitor.Cookies, begunWith.Select(url => new Uri(url).Host));
        foreach (var header in visitor.Headers)
            config.Context.ExtraHttpHeaders[header.Name] = header.Value;
    }
}
