using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using TestKit;

namespace BrowserFarm.EndToEndTests.Images;

/// <summary>The container's image: how large it is, what is in it, and a crawl in it as it is meant to be run.</summary>
public sealed class ImageTests(BuiltImage image) : IClassFixture<BuiltImage>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ImageFact]
    public void Image_AsBuilt_IsSmallAndRunsTheServiceAsNobody()
    {
        image.Size.Should().BeLessThanOrEqualTo(700_000_000);
        image.Config["User"]!.GetValue<string>().Should().Be("10001:10001");
        image.Texts("Cmd").Should().StartWith("serve").And.Contain("--tokens");
        image.Config["Healthcheck"]!["Test"]!.AsArray().Select(word => word!.GetValue<string>()).Should().Equal("CMD", "/app/BrowserFarm", "health");
        File.Exists(Path.Join(image.Root, "app/dashboard/lib/preact.js")).Should().BeTrue("the dashboard is in it");
        Directory.EnumerateFiles(Path.Join(image.Root, "app"), "*", SearchOption.AllDirectories)
            .Should().OnlyContain(file => (File.GetUnixFileMode(file) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == UnixFileMode.None);
    }

    [ImageFact]
    public async Task Image_AsBuilt_HasNoSetUidProgram() =>
        (await BuiltImage.RunAsync("find", [image.Root, "-xdev", "-type", "f", "-perm", "/6000"])).Should().BeEmpty();

    [ImageFact]
    public async Task Fonts_ScriptsOfTheWorld_AreThere()
    {
        foreach (var language in new[] { "en", "ru", "el", "ar", "he", "hi", "bn", "ta", "te", "th", "ja", "ko", "zh-cn" })
        {
            (await BuiltImage.RunAsync("chroot", [image.Root, "fc-list", $":lang={language}"])).Should().NotBeEmpty($"{language} can be written");
        }

        (await BuiltImage.RunAsync("chroot", [image.Root, "fc-list", ":family=Noto Color Emoji"])).Should().NotBeEmpty();
    }

    [ImageFact]
    public async Task Serve_ReadOnlyRootNoCapabilityAndTheProfile_CrawlsInTheSandboxAndStopsInOrder()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<title>Start</title><script>document.title += document.createElement('canvas').getContext('webgl') ? ', drawn by WebGL' : ''</script><p>\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627</p><a href=/next>next</a>");
        site.MapHtml("/next", "<title>Next</title>");
        var token = await MakeTokensAsync();
        var port = FreePort();
        await using var running = RunningImage.Start(
            image, _folder, "serve", "--data", "/data", "--urls", $"http://127.0.0.1:{port}", "--tokens", "/run/secrets/tokens", "--log", "json", "--allow-address", "127.0.0.1");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await Eventually.HoldsAsync(
            async () => await IsReadyAsync(client) || running.Process.HasEnded, Bounds.Long, "it is ready, or has ended");
        running.Process.HasEnded.Should().BeFalse(running.Process.Output + running.Process.Errors);

        using var begun = await client.PostAsJsonAsync("/v1/crawls", new { name = "image", urls = new[] { site.UriOf("/") }, page = new { formats = new[] { "text", "png", "pdf" } } });
        begun.StatusCode.Should().Be(HttpStatusCode.Created, await begun.Content.ReadAsStringAsync());
        await Eventually.HoldsAsync(async () => (await AskAsync(client, "/v1/crawls/image")).GetProperty("state").GetString() == "finished", Bounds.Long, "the crawl ends");

        var results = (await client.GetStringAsync("/v1/crawls/image/results")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        results.Should().HaveCount(2);
        results.Should().OnlyContain(page => page.GetProperty("artifacts").EnumerateObject().Count() == 2, "pictures and prints came out");
        results.Select(page => page.GetProperty("title").GetString()).Should().BeEquivalentTo("Start, drawn by WebGL", "Next");
        (await AskAsync(client, "/v1/audit")).GetProperty("findings").EnumerateArray().Should().OnlyContain(finding => finding.GetProperty("grade").GetString() == "ok", "also the sandbox");
        var health = await running.ExecuteAsync("/app/BrowserFarm", "health", "--url", $"http://127.0.0.1:{port}");
        health.ExitCode.Should().Be(0, health.Errors);

        await ShouldBeShutInAsync(running);

        await running.TerminateAsync();
        var end = await running.Process.EndAsync(Bounds.Medium);
        end.ExitCode.Should().Be(0, end.Errors);
        end.Errors.Should().Contain("\"Draining: ").And.NotContain("Read-only file system");
    }

    [ImageFact]
    public async Task Serve_NoTokens_IsRefusedWithTheReason()
    {
        await using var running = RunningImage.Start(image, _folder, image.Texts("Cmd"));

        var end = await running.Process.EndAsync(Bounds.Medium);

        end.ExitCode.Should().Be(3, end.Output);
        end.Errors.Should().Contain("/run/secrets/tokens");
    }

    /// <summary>What whoever breaks out of a page's sandbox finds.</summary>
    private static async Task ShouldBeShutInAsync(RunningImage running)
    {
        foreach (var kind in new[] { "--mount", "--ipc", "--uts", "--cgroup", "--time" })
        {
            var unshare = await running.ExecuteAsync("unshare", "--user", kind, "true");
            unshare.ExitCode.Should().NotBe(0, kind);
            unshare.Errors.Should().Contain("unshare failed", "it was the kernel that refused it");
        }

        (await running.ExecuteAsync("unshare", "--user", "--pid", "--net", "--fork", "true")).ExitCode.Should().Be(0, "Chromium's sandbox needs these");
        var writable = await running.ExecuteAsync("find", "/", "-path", "/proc", "-prune", "-o", "-path", "/sys", "-prune", "-o", "-type", "d", "-writable", "-print");
        writable.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => path.StartsWith("/dev/shm", StringComparison.Ordinal) ? "/dev/shm" : $"/{path.Split('/')[1]}").Distinct()
            .Should().BeEquivalentTo("/data", "/tmp", "/dev/shm");
    }

    /// <summary>As the documents tell to: <c>deploy/make-tokens</c>. Returns the token of who runs it.</summary>
    private async Task<string> MakeTokensAsync()
    {
        await BuiltImage.RunAsync(Path.Join(RepositoryRoot.Path, "deploy/make-tokens"), [_folder.Combine("made")]);
        Directory.CreateDirectory(_folder.Combine("secrets"));
        File.Copy(_folder.Combine("made/tokens.json"), _folder.Combine("secrets/tokens"));
        return await File.ReadAllTextAsync(_folder.Combine("made/token"));
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<JsonElement> AskAsync(HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync(path)).RootElement;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
