namespace TestKit;

/// <summary>A site of pages that hang, trap, swell, stall and crash, and of ordinary ones to compare with; the catalogue of the soak.</summary>
/// <remarks>Every page is the same at every visit. Opening a page of kind <see cref="HostileKind.Bombs"/> costs up to 2 GB of memory.</remarks>
public sealed class HostileSite : IAsyncDisposable
{
    /// <summary>Present as soon as an ordinary page has rendered everything; no other page has it.</summary>
    public const string ReadySelector = "#ready";

    private readonly TestSite _site;

    private HostileSite(TestSite site)
    {
        _site = site;
        Pages = [.. Catalogue];
        Ordinary = [.. OrdinaryPages.All];

        _site.Map(HostileStalls.Silence, HostileStalls.SaysNothing);
        foreach (var page in Pages.Concat(Ordinary))
        {
            _site.Map(page.Path, page.Answer);
            foreach (var (path, answer) in page.Parts)
                _site.Map(path, answer);
        }
    }

    /// <summary>Every hostile page, whichever site serves it.</summary>
    public static IEnumerable<HostilePage> Catalogue =>
        [.. HostileScripts.Hanging, .. HostileScripts.Trapping, .. HostileBombs.All, .. HostileStalls.All, .. HostileScripts.Crashing];

    /// <summary>Every hostile page, by kind; the order is always the same.</summary>
    public IReadOnlyList<HostilePage> Pages { get; }

    /// <summary>Pages of realistic weight, rendered by script, ready within a second on an idle core.</summary>
    public IReadOnlyList<HostilePage> Ordinary { get; }

    /// <inheritdoc cref="TestSite.BaseUri"/>
    public Uri BaseUri => _site.BaseUri;

    /// <summary>Starts the site; it answers when this returns.</summary>
    public static async Task<HostileSite> StartAsync(CancellationToken cancellationToken) => new(await TestSite.StartAsync(cancellationToken));

    /// <returns>The absolute address of a page.</returns>
    public Uri UriOf(HostilePage page) => _site.UriOf(page.Path);

    /// <exception cref="InvalidOperationException">No page of either list has this name.</exception>
    public HostilePage PageNamed(string name) => Pages.Concat(Ordinary).Single(page => page.Name == name);

    public ValueTask DisposeAsync() => _site.DisposeAsync();
}
