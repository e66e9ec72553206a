using BrowserFarm.Hosting;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using ContextPool;
using ContextPool.Browsers;
using TestKit;

namespace BrowserFarm.Tests.Hosting;

public sealed class PlaywrightConfigFileTests
{
    [Fact]
    public void Read_TheRepositorysOwnFile_HasEveryKeyAndNoMistake()
    {
        var path = Path.Join(RepositoryRoot.Path, PlaywrightConfigFile.FileName);

        var config = PlaywrightConfigFile.Read(path);

        config.Render.BlockedResourceTypes.Should().Equal("Media", "Font");
        var text = File.ReadAllText(path);
        PlaywrightConfigSchema.Keys.Select(key => key.Path.Split('.')[^1]).Should().OnlyContain(name => text.Contains($"\"{name}\""));
    }

    [Fact]
    public void Parse_EveryKey_IsTakenOver()
    {
        var config = Parse("""
            {
              // comments and trailing commas are welcome
              "launch": { "channel": "chromium", "executablePath": "/opt/chrome", "headless": false, "sandbox": "on", "popups": true, "args": ["--lang=de"], "timeoutMs": 1000 },
              "context": {
                "viewport": { "width": 1, "height": 16384 }, "device": "Pixel 7", "deviceScaleFactor": 2, "isMobile": true, "hasTouch": true, "colorScheme": "dark", "profile": "/a/b.json",
                "geolocation": { "latitude": 1.5, "longitude": -2, "accuracy": 3 }, "httpCredentials": { "origin": "https://a.example/", "username": "me", "password": "secret" }, "locale": "de-AT", "userAgent": "Mine/1.0", "timezoneId": "America/Argentina/Salta",
                "extraHTTPHeaders": { "X-Mine": "1" }, "ignoreHTTPSErrors": true,
              },
              "navigation": { "timeoutMs": 600000, "actionTimeoutMs": 100, "settleTimeoutMs": 200, "waitUntil": "domcontentloaded" },
              "block": { "resourceTypes": ["image", "XHR"], "urls": ["*://ads.example/*"] }, /* the end */
            }
            """);
        var pool = new ContextPoolOptions();
        config.ApplyTo(pool);

        pool.LaunchTimeout.Should().Be(TimeSpan.FromSeconds(1));
        pool.Launch.Should().BeEquivalentTo(new LaunchProfile
        {
            Channel = "chromium",
            ExecutablePath = "/opt/chrome",
            Headless = false,
            Sandbox = SandboxMode.On,
            Popups = true,
            Args = ["--lang=de"],
        });
        pool.Context.Should().BeEquivalentTo(new ContextProfile
        {
            ViewportWidth = 1,
            ViewportHeight = 16384,
            DeviceScaleFactor = 2,
            IsMobile = true,
            HasTouch = true,
            ColorScheme = "dark",
            Geolocation = new GeoPosition(1.5, -2, 3),
            Credentials = new SiteCredentials("https://a.example", "me", "secret"),
            Locale = "de-AT",
            UserAgent = "Mine/1.0",
            TimeZoneId = "America/Argentina/Salta",
            ExtraHttpHeaders = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["X-Mine"] = "1" },
            IgnoreHttpsErrors = true,
            NavigationTimeout = TimeSpan.FromMinutes(10),
            ActionTimeout = TimeSpan.FromMilliseconds(100),
        });
        (config.Device, config.ProfilePath).Should().Be(("Pixel 7", "/a/b.json"));
        config.Render.Should().BeEquivalentTo(new RenderOptions
        {
            WaitUntil = WaitUntil.DomContentLoaded,
            NavigationTimeout = TimeSpan.FromMinutes(10),
            ActionTimeout = TimeSpan.FromMilliseconds(100),
            SettleTimeout = TimeSpan.FromMilliseconds(200),
            BlockedResourceTypes = ["Image", "XHR"],
            BlockedUrls = ["*://ads.example/*"],
        });
    }

    [Theory]
    [InlineData("launch.channel", "\"chrome\"", "\"msedge\"", "null")]
    [InlineData("launch.executablePath", "\"/a\"", "null")]
    [InlineData("launch.headless", "true", "false")]
    [InlineData("launch.args", "[]", "[\"--a\"]", "[\"--a=b\",\"--c\"]")]
    [InlineData("launch.sandbox", "\"auto\"", "\"on\"", "\"off\"", "null")]
    [InlineData("launch.popups", "true", "false")]
    [InlineData("launch.timeoutMs", "1000", "300000")]
    [InlineData("context.viewport.width", "1", "16384")]
    [InlineData("context.device", "\"Pixel 7\"", "null")]
    [InlineData("context.deviceScaleFactor", "0.1", "2.625", "10", "null")]
    [InlineData("context.isMobile", "true")]
    [InlineData("context.hasTouch", "true")]
    [InlineData("context.colorScheme", "\"dark\"", "\"no-preference\"", "null")]
    [InlineData("context.geolocation.latitude", "null")]
    [InlineData("context.geolocation", "{\"latitude\":-90,\"longitude\":180}", "{\"latitude\":1.5,\"longitude\":2,\"accuracy\":0}")]
    [InlineData("context.httpCredentials", "{\"origin\":\"https://a.example\",\"username\":\"me\",\"password\":\"x\"}", "{\"origin\":null}")]
    [InlineData("context.profile", "\"ada.json\"", "null")]
    [InlineData("context.locale", "\"en\"", "\"zh-Hant-TW\"", "null")]
    [InlineData("context.userAgent", "\"x\"", "null")]
    [InlineData("context.timezoneId", "\"UTC\"", "\"Etc/GMT+5\"", "null")]
    [InlineData("context.extraHTTPHeaders", "{}", "{\"A\":\"b\",\"Accept-Language\":\"de\"}")]
    [InlineData("context.ignoreHTTPSErrors", "true")]
    [InlineData("proxy.server", "\"http://proxy.example:3128\"", "\"https://10.0.0.1:1\"", "\"socks5://[::1]:1080\"")]
    [InlineData("navigation.timeoutMs", "100", "600000")]
    [InlineData("navigation.waitUntil", "\"settled\"", "\"load\"")]
    [InlineData("block.resourceTypes", "[]", "[\"IMAGE\",\"font\"]")]
    [InlineData("block.trackers", "true", "false")]
    [InlineData("block.hostsFile", "null")]
    [InlineData("block.urls", "[]", "[\"*\"]")]
    public void Parse_LegalValue_IsAccepted(string path, params string[] values)
    {
        foreach (var value in values)
            FluentActions.Invoking(() => Parse(At(path, value))).Should().NotThrow("{0} may be {1}", path, value);
    }

    [Theory]
    [InlineData("launch.channel", "\"firefox\"", "\"Chrome\"", "\"\"", "1")]
    [InlineData("launch.executablePath", "\"\"", "1", "\"a\\u0000b\"", "[]")]
    [InlineData("launch.headless", "\"true\"", "1", "null")]
    [InlineData("launch.args", "\"--a\"", "[\"a\"]", "[\"--\"]", "[1]", "[null]", "[\"--no-sandbox\"]", "[\"--proxy-server=x\"]", "[\"--a\",\"--no-sandbox=1\"]", "null")]
    [InlineData("launch.sandbox", "\"ON\"", "true", "\"0\"", "\"1\"")]
    [InlineData("launch.popups", "1", "null")]
    [InlineData("launch.timeoutMs", "999", "300001", "1000.5", "\"1000\"", "-1", "1e3", "99999999999", "null")]
    [InlineData("context.viewport.width", "0", "16385", "null")]
    [InlineData("context.viewport", "null", "1", "[]")]
    [InlineData("context.device", "\"\"", "1")]
    [InlineData("context.deviceScaleFactor", "0", "10.5", "\"2\"")]
    [InlineData("context.isMobile", "1", "null")]
    [InlineData("context.colorScheme", "\"Dark\"", "1")]
    [InlineData("context.geolocation.latitude", "91", "-90.1", "\"1\"")]
    [InlineData("context.geolocation.longitude", "181")]
    [InlineData("context.geolocation.accuracy", "-1")]
    [InlineData("context.httpCredentials.origin", "\"a.example\"", "\"https://me:x@a.example\"", "\"https://a.example/path\"", "\"\"")]
    [InlineData("context.httpCredentials.username", "\"\"", "1")]
    [InlineData("context.profile", "\"\"", "1")]
    [InlineData("context.locale", "\"english_GB\"", "\"e\"", "\"\"")]
    [InlineData("context.userAgent", "\"\"", "\"a\\nb\"", "\"a\\u0000\"", "1")]
    [InlineData("context.timezoneId", "\"\"", "\"Europe/Berlin/x/y\"", "\"../etc\"", "\"a b\"")]
    [InlineData("context.extraHTTPHeaders", "[]", "{\"\":\"b\"}", "{\"Host\":\"b\"}", "{\"cookie\":\"b\"}", "{\"Proxy-Authorization\":\"b\"}", "{\"A\":\"b\\r\\nC: d\"}", "{\"A b\":\"c\"}", "{\"A\":1}", "{\"A\":null}", "null")]
    [InlineData("proxy.server", "\"proxy.example:3128\"", "\"ftp://proxy.example\"", "\"http://me:secret@proxy.example\"", "\"http://proxy.example/path\"", "\"\"", "1")]
    [InlineData("proxy.username", "\"\"", "\"a\\nb\"", "1")]
    [InlineData("navigation.timeoutMs", "0", "99", "600001")]
    [InlineData("navigation.waitUntil", "\"networkidle\"", "\"Load\"", "2")]
    [InlineData("block.resourceTypes", "[\"document\"]", "[\"\"]", "\"image\"")]
    [InlineData("block.trackers", "1", "null")]
    [InlineData("block.hostsFile", "\"\"", "1")]
    [InlineData("block.urls", "[\"\"]", "[1]", "\"*\"", "{}")]
    public void Parse_IllegalValue_NamesTheKeyTheValueAndTheLegalOnes(string path, params string[] values)
    {
        foreach (var value in values)
        {
            FluentActions.Invoking(() => Parse(At(path, value))).Should().Throw<ConfigFileException>("{0} must not be {1}", path, value)
                .Which.Message.Should().Contain(path).And.Contain("must be");
        }
    }

    [Theory]
    [InlineData("{\"proxy\":{\"username\":\"me\"}}", "proxy.server is missing")]
    [InlineData("{\"proxy\":{\"username\":\"me\",\"server\":\"socks5://a.example:1\"}}", "cannot log in")]
    public void Parse_HalfAProxy_SaysWhatIsMissing(string text, string complaint) =>
        FluentActions.Invoking(() => Parse(text)).Should().Throw<ConfigFileException>().Which.Message.Should().Contain(complaint);

    [Fact]
    public async Task Parse_HostsFile_IsReadAndItsMistakesAreTold()
    {
        using var folder = new TempFolder();
        var path = folder.Combine("hosts");
        await File.WriteAllTextAsync(path, "ads.example\n");

        Parse($"{{\"block\":{{\"hostsFile\":\"{path}\"}}}}").Render.BlockedHosts.Should().Equal("ads.example");
        Parse($"{{\"block\":{{\"hostsFile\":\"{path}\",\"trackers\":true}}}}").Render.BlockedHosts.Should().Contain("doubleclick.net").And.Contain("ads.example");

        await File.WriteAllTextAsync(path, "no host\n");
        FluentActions.Invoking(() => Parse($"{{\"block\":{{\"hostsFile\":\"{path}\"}}}}")).Should().Throw<ConfigFileException>().WithMessage("*block.hostsFile cannot be used: *line 1 (no), line 1 (host)*");
        FluentActions.Invoking(() => Parse($"{{\"block\":{{\"hostsFile\":\"{path}-not\"}}}}")).Should().Throw<ConfigFileException>().WithMessage("*block.hostsFile cannot be used: *");
    }

    [Theory]
    [InlineData("{\"context\":{\"geolocation\":{\"latitude\":1}}}", "context.geolocation needs a latitude and a longitude")]
    [InlineData("{\"context\":{\"httpCredentials\":{\"origin\":\"https://a.example\",\"username\":\"me\"}}}", "context.httpCredentials needs an origin, a username and a password")]
    public void Parse_HalfAnIdentity_SaysWhatIsMissing(string text, string complaint) =>
        FluentActions.Invoking(() => Parse(text)).Should().Throw<ConfigFileException>().Which.Message.Should().Contain(complaint);

    [Theory]
    [InlineData("{\"lunch\":{}}", "lunch is not a known setting", "launch")]
    [InlineData("{\"launch\":{\"headles\":true}}", "launch.headles is not a known setting", "launch.headless")]
    [InlineData("{\"context\":{\"viewport\":{\"widht\":1}}}", "context.viewport.widht is not a known setting", "context.viewport.width")]
    [InlineData("{\"Launch\":{}}", "Launch is not a known setting", "launch")]
    [InlineData("{\"launch\":{\"headless\":{\"x\":1}}}", "launch.headless", "true or false")]
    [InlineData("[]", "the file is []", "object")]
    [InlineData("null", "the file is null", "object")]
    [InlineData("1", "the file is 1", "object")]
    public void Parse_WrongShape_SaysWhereAndWhatIsKnown(string text, string complaint, string known)
    {
        FluentActions.Invoking(() => Parse(text)).Should().Throw<ConfigFileException>().Which.Message.Should().ContainAll(complaint, known, "the file's name");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} x")]
    [InlineData("{'launch':{}}")]
    [InlineData("{\"launch\":{\"headless\":true,\"headless\":false}}")]
    [InlineData("{\"launch\":{},\"launch\":{}}")]
    [InlineData("{\"context\":{\"extraHTTPHeaders\":{\"A\":\"1\",\"A\":\"2\"}}}")]
    public void Parse_NotJson_SaysSo(string text) =>
        FluentActions.Invoking(() => Parse(text)).Should().Throw<ConfigFileException>().WithMessage("*the file's name*not valid JSON*");

    [Fact]
    public void Parse_NestedWithoutEnd_IsRefused() =>
        FluentActions.Invoking(() => Parse(string.Concat(Enumerable.Repeat("{\"launch\":", 100_000)))).Should().Throw<ConfigFileException>();

    [Fact]
    public void Parse_SeveralMistakes_ListsThemAll() =>
        FluentActions.Invoking(() => Parse("{\"launch\":{\"headless\":1,\"sandbox\":\"x\"},\"nonsense\":1,\"block\":{\"urls\":\"\"}}"))
            .Should().Throw<ConfigFileException>().Which.Message.Should().ContainAll("4 mistakes", "launch.headless", "launch.sandbox", "nonsense", "block.urls");

    [Fact]
    public void Parse_HugeValue_IsNotShownWhole() =>
        FluentActions.Invoking(() => Parse(At("launch.channel", $"\"{new string('x', 100_000)}\""))).Should().Throw<ConfigFileException>()
            .Which.Message.Length.Should().BeLessThan(1000);

    [Fact]
    public void Read_FileThatCannotBeRead_SaysWhich()
    {
        using var folder = new TempFolder();

        FluentActions.Invoking(() => PlaywrightConfigFile.Read(folder.Combine("none.json"))).Should().Throw<ConfigFileException>().WithMessage("*none.json*");
        FluentActions.Invoking(() => PlaywrightConfigFile.Read(folder.Path)).Should().Throw<ConfigFileException>().WithMessage($"*{folder.Path}*");
    }

    [Fact]
    public void Documentation_EveryKey_IsInTheOperatorsGuide()
    {
        var guide = File.ReadAllText(Path.Join(RepositoryRoot.Path, "docs", "operating.md"));

        PlaywrightConfigSchema.Keys.Select(key => key.Path).Where(path => !guide.Contains($"`{path}`", StringComparison.Ordinal))
            .Should().BeEmpty("docs/operating.md lists every key, in backticks");
    }

    private static PlaywrightConfig Parse(string text) => PlaywrightConfigFile.Parse(text, "the file's name");

    /// <summary>A file with one key.</summary>
    private static string At(string path, string value) =>
        path.Split('.').Reverse().Aggregate(value, (inner, name) => $"{{\"{name}\":{inner}}}");
}
