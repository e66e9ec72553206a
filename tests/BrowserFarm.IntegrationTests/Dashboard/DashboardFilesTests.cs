using System.Net;
using BrowserFarm.Dashboard;
using BrowserFarm.IntegrationTests.Api;
using BrowserFarm.IntegrationTests.Diagnostics;
using TestKit;

namespace BrowserFarm.IntegrationTests.Dashboard;

/// <summary>The files as they are sent: their policy, their weight, and what is said where they are missing.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class DashboardFilesTests : ServiceTest
{
    private string _folder = "";

    protected override string DashboardFolder => _folder;

    public override async Task InitializeAsync()
    {
        _folder = await DashboardBuild.FolderAsync();
        await base.InitializeAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/dashboard/app.js")]
    [InlineData("/dashboard/lib/preact.js")]
    [InlineData("/api")]
    public async Task Get_AnyFile_HasAPolicyThatLetsNothingForeignIn(string path)
    {
        using var answer = await Client.GetAsync(path);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.Should().Contain("default-src 'none'").And.Contain("script-src 'self'").And.Contain("connect-src 'self'").And.Contain("frame-ancestors 'none'").And.Contain("base-uri 'none'").And.Contain("form-action 'self'");
        policy.Should().NotContain("unsafe-eval").And.NotContain("http");
        if (path != "/api")
            policy.Should().Contain("require-trusted-types-for 'script'").And.NotContain("unsafe-inline");
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        answer.Headers.GetValues("Referrer-Policy").Should().Equal("no-referrer");
        using var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        using var unchanged = await Client.SendAsync(again);
        unchanged.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("/dashboard/")]
    [InlineData("/dashboard/none.js")]
    [InlineData("/dashboard/../appsettings.json")]
    [InlineData("/dashboard/%2e%2e/DashboardFiles.cs")]
    [InlineData("/dashboard/..%2fpackage.json")]
    public async Task Get_WhatIsNoFileOfIt_IsNotFound(string path)
    {
        using var answer = await Client.GetAsync(path);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Sources_OfAllPagesTogether_AreLight()
    {
        var files = new DashboardFiles(_folder);
        var names = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder, path))
            .Where(name => !name.Contains("swagger", StringComparison.Ordinal) && !name.EndsWith(".txt", StringComparison.Ordinal)).ToList();

        names.Sum(name => files.Find(name)!.Content.Length).Should().BeLessThan(220_000);
        names.Sum(name => files.Find(name)!.Packed.Length).Should().BeLessThan(90_000);
        names.Where(name => name.EndsWith(".js", StringComparison.Ordinal) && !name.StartsWith("lib", StringComparison.Ordinal))
            .Should().OnlyContain(name => !File.ReadAllText(Path.Join(_folder, name)).Contains("innerHTML"));
    }

    [Fact]
    public async Task Root_OfAProgramBuiltWithoutNpm_SaysWhatIsMissingAndTheApiAnswers()
    {
        await StopAsync();
        _folder = Folder.Combine("none");
        await StartAsync();

        using var answer = await Client.GetAsync("/");

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("apt-get install").And.Contain("build-dashboard").And.Contain("/v1/queue");
        (await AskAsync("/v1/queue")).GetProperty("state").GetString().Should().Be("idle");
    }
}
