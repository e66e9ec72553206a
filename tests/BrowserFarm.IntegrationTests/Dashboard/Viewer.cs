using Microsoft.Playwright;
using TestKit;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>What the tests of one class share: a browser to look with, and the dashboard's files.</summary>
public sealed class Viewer : IAsyncLifetime
{
    private ViewerBrowser? _viewer;

    public IBrowser Browser => _viewer!.Browser;

    public string Folder { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Folder = await DashboardBuild.FolderAsync();
        _viewer = await ViewerBrowser.StartAsync();
    }

    public async Task DisposeAsync() => await _viewer!.DisposeAsync();
}
