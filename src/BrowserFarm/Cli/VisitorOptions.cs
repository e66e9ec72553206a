using System.CommandLine;
using BrowserFarm.Jobs;

namespace BrowserFarm.Cli;

/// <summary>Options that say as whom pages are visited.</summary>
internal sealed class VisitorOptions
{
    public Option<string?> Device { get; } = new("--device") { Description = "Visit as a device of Playwright, for example 'Pixel 7' or 'iPhone 15': its window, resolution, touch and user agent.", HelpName = "NAME" };

    public Option<string?> Profile { get; } = new("--profile") { Description = "Begin with the cookies and the storage in this file, as render --save-profile writes it.", HelpName = "FILE" };

    public Option<string[]> Header { get; } = new("--header") { Description = "A header of every request, wherever it goes: 'X-Api-Key: abc'; may be repeated. Kept with the crawl.", HelpName = "NAME: VALUE" };

    public Option<string[]> Cookie { get; } = new("--cookie") { Description = "A cookie for the hosts that are begun with: 'consent=yes'; may be repeated. Kept with the crawl.", HelpName = "NAME=VALUE" };

    public IEnumerable<Option> All => [Device, Profile, Header, Cookie];

    /// <exception cref="FormatException">A header or a cookie cannot be one.</exception>
    public VisitorSpec From(ParseResult line) => new()
    {
        Device = line.GetValue(Device),
        Profile = line.GetValue(Profile) is { } path ? Path.GetFullPath(path) : null,
        Headers = [.. (line.GetValue(Header) ?? []).Select(HttpPairs.Header)],
        Cookies = [.. (line.GetValue(Cookie) ?? []).Select(HttpPairs.Cookie)],
    };
}
