using System.Net;
using TestKit;

namespace BrowserFarm.IntegrationTests.TestKitTests;

public sealed class TestSiteTests : IAsyncLifetime
{
    private TestSite _site = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(CancellationToken.None);
        _client = new HttpClient { BaseAddress = _site.BaseUri, Timeout = Bounds.Medium };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task MapHtml_Path_AnswersWithTheDocument()
    {
        _site.MapHtml("/x", "<p>Grüße</p>");

        using var response = await _client.GetAsync("/x?any=query");

        response.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
        (await response.Content.ReadAsStringAsync()).Should().Be("<p>Grüße</p>");
    }

    [Theory]
    [InlineData("/robots.txt")]
    [InlineData("/")]
    [InlineData("/X")]
    public async Task Get_NotMapped_IsNotFound(string path)
    {
        _site.MapHtml("/x", "here");

        using var response = await _client.GetAsync(path);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Redirect_Path_LeadsToTheOther()
    {
        _site.Redirect("/old", "/new").MapHtml("/new", "arrived");

        (await _client.GetStringAsync("/old")).Should().Be("arrived");
    }

    [Fact]
    public async Task VisitsTo_PathAndQuery_CountsTogetherAndApart()
    {
        foreach (var path in (string[])["/x", "/x?a=1", "/x?a=1", "/y"])
            (await _client.GetAsync(path)).Dispose();

        _site.VisitsTo("/x").Should().Be(3);
        _site.VisitsTo("/x?a=1").Should().Be(2);
        _site.VisitsTo("/z").Should().Be(0);
    }

    [Fact]
    public async Task PeakConcurrency_Prefix_IsTheMostAtTheSameTime()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _site.Map("/a/wait", _ => open.Task).Map("/b/wait", _ => open.Task).MapHtml("/a/quick", "");
        (await _client.GetAsync("/a/quick")).Dispose();

        Task<HttpResponseMessage>[] waiting = [_client.GetAsync("/a/wait"), _client.GetAsync("/a/wait"), _client.GetAsync("/b/wait")];
        await Eventually.HoldsAsync(() => _site.PeakConcurrency("/") == 3, Bounds.Short, "three requests wait");
        open.SetResult();
        foreach (var response in await Task.WhenAll(waiting))
            response.Dispose();
        (await _client.GetAsync("/a/quick")).Dispose();

        _site.PeakConcurrency("/a/").Should().Be(2);
        _site.PeakConcurrency("/b/").Should().Be(1);
        _site.PeakConcurrency("/c/").Should().Be(0);
    }

    [Fact]
    public async Task MapFolder_File_IsServedAndNothingOutsideIs()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Combine("public"));
        await File.WriteAllTextAsync(folder.Combine("secret.txt"), "secret");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "public", "app.js"), "let x;");
        _site.MapFolder("/files/", folder.Combine("public"));

        using var inside = await _client.GetAsync("/files/app.js");
        using var outside = await _client.GetAsync("/files/..%2Fsecret.txt");

        inside.Content.Headers.ContentType!.MediaType.Should().Be("text/javascript");
        outside.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task DisposeAsync_RequestHanging_IsCutOff()
    {
        var site = await TestSite.StartAsync(CancellationToken.None);
        site.Map("/hang", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        var hanging = _client.GetAsync(site.UriOf("/hang"));
        await Eventually.HoldsAsync(() => site.VisitsTo("/hang") == 1, Bounds.Short, "the request hangs");

        await site.DisposeAsync().AsTask().WaitAsync(Bounds.Short);

        await FluentActions.Awaiting(() => hanging).Should().ThrowAsync<HttpRequestException>();
    }
}
