using BrowserFarm.Api.Access;
using BrowserFarm.Dashboard;
using BrowserFarm.Workers;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Api;

/// <summary>How a service is run.</summary>
public sealed record ServeOptions
{
    /// <summary>Its folder: database and files.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where it listens: <c>http://127.0.0.1:8080</c>; a port of 0 takes a free one.</summary>
    public IReadOnlyList<Uri> Urls { get; init; } = [new Uri("http://127.0.0.1:8080")];

    /// <summary>Path of the tokens file; null for none: everything is then open, and it listens on loopback only.</summary>
    public string? TokensFile { get; init; }

    /// <summary>Path of the limits file; null for none: the program's own limits hold.</summary>
    public string? LimitsFile { get; init; }

    /// <summary>Names by which it may be asked, besides those of loopback; <c>*</c> for any.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    public AddressOptions Addresses { get; init; } = new();

    public FarmOptions Farm { get; init; } = new();

    /// <summary>Whether the 20 busiest targets have gauges of their own, by name.</summary>
    public bool TargetMetrics { get; init; }

    /// <summary>Where the files of the dashboard are.</summary>
    public string DashboardFolder { get; init; } = DashboardFiles.DefaultFolder;

    /// <summary>Where messages go; null sends them nowhere.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>What is wrong with it; empty when nothing is.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (Urls.Count == 0)
            yield return "It must listen somewhere: give --urls http://127.0.0.1:8080.";
        foreach (var url in Urls)
        {
            if (url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
                yield return $"{ClientText.Clean(url.OriginalString)} is nothing to listen on; write for example http://127.0.0.1:8080 (TLS is a proxy's to end).";
            else if (TokensFile is null && !IsLoopback(url))
                yield return $"{ClientText.Clean(url.OriginalString)} can be reached from other machines, and without tokens everybody there could use it. Give --tokens FILE (farm token makes one), or listen on http://127.0.0.1:{url.Port}.";
        }
    }

    private static bool IsLoopback(Uri url) => url.IdnHost == "localhost" || (System.Net.IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) && System.Net.IPAddress.IsLoopback(address));
}
