using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BrowserFarm.Api;
using BrowserFarm.Api.Access;
using BrowserFarm.Dashboard;
using BrowserFarm.Hosting;
using BrowserFarm.Workers;
using TestKit;

namespace BrowserFarm.IntegrationTests.Api;

/// <summary>What tests of the service share: a service with real browsers on a free port, a site that it may read, and a client.</summary>
public abstract class ServiceTest : IAsyncLifetime
{
    private ApiServer? _server;

    protected TempFolder Folder { get; } = new();

    protected TestSite Site { get; private set; } = null!;

    protected HttpClient Client { get; private set; } = null!;

    protected ApiServer Server => _server!;

    protected virtual string? TokensFile => null;

    protected virtual string? LimitsFile => null;

    protected virtual bool ShowsTargets => false;

    protected virtual bool AllowsLoopback => true;

    /// <summary>Where the dashboard's files are.</summary>
    protected virtual string DashboardFolder => DashboardFiles.DefaultFolder;

    public virtual async Task InitializeAsync()
    {
        Site = await TestSite.StartAsync(CancellationToken.None);
        await StartAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await StopAsync();
        await Site.DisposeAsync();
        Folder.Dispose();
    }

    /// <param name="url">Where it listens; a free port of this machine when left out.</param>
    protected async Task StartAsync(string url = "http://127.0.0.1:0")
    {
        var addresses = new AddressOptions();
        if (AllowsLoopback)
            addresses.AllowedAddresses.Add("127.0.0.1");
        _server = ApiServer.Build(
            new ServeOptions
            {
                DataFolder = Folder.Combine("service"),
                Urls = [new Uri(new Uri(url), "/")],
                TokensFile = TokensFile,
                LimitsFile = LimitsFile,
                TargetMetrics = ShowsTargets,
                Addresses = addresses,
                DashboardFolder = DashboardFolder,
                Farm = new FarmOptions { Workers = 6, DrainGrace = TimeSpan.FromSeconds(2) },
            },
            () => PlaywrightConfigFile.Read(Path.Join(RepositoryRoot.Path, PlaywrightConfigFile.FileName)), TimeProvider.System);
        await _server.StartAsync(CancellationToken.None);
        Client = new HttpClient { BaseAddress = _server.Urls[0] };
    }

    protected async Task StopAsync()
    {
        if (_server is not { } server)
            return;

        _server = null;
        Client.Dispose();
        await server.StopAsync();
        await server.DisposeAsync();
    }

    protected Task<HttpResponseMessage> PostAsync(string path, object body, string? key = null, string? token = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Client.SendAsync(request);
    }

    protected Task UntilReadyAsync() => Eventually.HoldsAsync(
        async () =>
        {
            using var answer = await Client.GetAsync("/readyz");
            return answer.StatusCode == HttpStatusCode.OK;
        },
        Bounds.Long, "the first browser has opened a page");

    protected async Task<JsonElement> AskAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        return await JsonOf(answer, HttpStatusCode.OK);
    }

    protected static async Task<JsonElement> JsonOf(HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(status, "{0}", text);
        return JsonDocument.Parse(text).RootElement;
    }

    protected async Task<string> BeginAsync(object crawl)
    {
        using var answer = await PostAsync("/v1/crawls", crawl);
        return (await JsonOf(answer, HttpStatusCode.Created)).GetProperty("id").GetString()!;
    }

    protected Task<JsonElement> UntilAsync(string crawl, string state) => UntilAsync(crawl, seen => seen.GetProperty("state").GetString() == state, state);

    protected async Task<JsonElement> UntilAsync(string crawl, Func<JsonElement, bool> holds, string because)
    {
        JsonElement seen = default;
        await Eventually.HoldsAsync(async () => holds(seen = await AskAsync($"/v1/crawls/{crawl}")), Bounds.Long, because);
        return seen;
    }

    protected async Task<IReadOnlyList<JsonElement>> ResultsAsync(string crawl) =>
        [.. (await Client.GetStringAsync($"/v1/crawls/{crawl}/results")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    protected void Link(string path, params string[] links) =>
        Site.MapHtml(path, $"<title>{path}</title>{string.Concat(links.Select(link => $"<a href=\"{link}\">{link}</a> "))}");

    protected static StringContent Lines(params string[] lines) => new(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");

    protected static int Pages(JsonElement crawl, string state) => crawl.GetProperty("pages").GetProperty(state).GetInt32();
}
