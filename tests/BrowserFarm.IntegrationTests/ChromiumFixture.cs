using BrowserFarm.Hosting;
using ContextPool;
using TestKit;

namespace BrowserFarm.IntegrationTests;

/// <summary>One real pool for all tests that only borrow from it. Started with the repository's own <c>playwright.config.json</c>.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    public PlaywrightConfig Config { get; } = PlaywrightConfigFile.Read(Path.Join(RepositoryRoot.Path, PlaywrightConfigFile.FileName));

    public BrowserContextPool Pool { get; private set; } = null!;

    public Task InitializeAsync()
    {
        var options = new ContextPoolOptions { MaxContexts = 4 };
        Config.ApplyTo(options);
        Pool = new BrowserContextPool(options);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await Pool.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class ChromiumCollection : ICollectionFixture<ChromiumFixture>
{
    public const string Name = "Chromium";
}
