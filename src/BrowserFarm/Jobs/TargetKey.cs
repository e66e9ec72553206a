namespace BrowserFarm.Jobs;

/// <summary>The site whose patience is limited: scheme, host and port.</summary>
/// <param name="Value">For example <c>https://example.org</c> or <c>http://127.0.0.1:8080</c>: lower case, no default port, no path.</param>
public sealed record TargetKey(string Value)
{
    /// <summary>Not a site: what is in our own storage already. Jobs whose page is taken from there wait in lines of it, so that no site's pace or limit holds them.</summary>
    public static TargetKey Stored { get; } = new("stored pages");

    public static TargetKey Of(Uri uri)
    {
        // An IPv6 literal keeps its brackets only in Host.
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        var port = uri.IsDefaultPort ? "" : $":{uri.Port}";
        return new TargetKey($"{uri.Scheme}://{host.ToLowerInvariant()}{port}");
    }

    public override string ToString() => Value;
}
