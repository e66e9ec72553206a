using System.Net;
using BrowserFarm.IntegrationTests.Diagnostics;
using TestKit;

namespace BrowserFarm.IntegrationTests.Api;

/// <summary>Single pages: read at once, or put in the queue.</summary>
[Collection(OneFarmAtATime.Name)]
public sealed class PageApiTests : ServiceTest
{
    [Fact]
    public async Task Render_APageThatAScriptMakes_AnswersWithItsDocument()
    {
        Site.MapHtml("/", "<title>x</title><main></main><script>document.querySelector('main').innerHTML = '<h1>made</h1>'</script>");

        using var answer = await PostAsync("/v1/render", new { url = Site.BaseUri.AbsoluteUri, page = new { formats = new[] { "markdown" } } });

        (await JsonOf(answer, HttpStatusCode.OK)).GetProperty("markdown").GetString().Should().Contain("# made");
    }

    [Fact]
    public async Task Render_APictureAsAFile_IsThePictureAndRunsNowhere()
    {
        Site.MapHtml("/", "<h1>hello</h1>");

        using var answer = await PostAsync("/v1/render?file=true", new { url = Site.BaseUri.AbsoluteUri, page = new { formats = new[] { "png" } } });

        answer.Content.Headers.ContentType!.MediaType.Should().Be("image/png");
        answer.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("sandbox");
        (await answer.Content.ReadAsByteArrayAsync())[..4].Should().Equal(0x89, (byte)'P', (byte)'N', (byte)'G');
    }

    [Theory]
    [InlineData("auto", "/whole", "http")]
    [InlineData("auto", "/empty", "browser")]
    [InlineData("http", "/whole", "http")]
    public async Task Render_WithAnEngine_UsesItOrTurns(string engine, string path, string used)
    {
        Site.MapHtml("/whole", "<title>whole</title><main><h1>All is here</h1><p>Enough to read for somebody who reads what servers send, and more of it.</p></main>");
        Site.MapHtml("/empty", "<title>x</title><div id=\"root\"></div><script>document.getElementById('root').textContent = 'made'</script>");

        using var answer = await PostAsync("/v1/render", new { url = Site.UriOf(path).AbsoluteUri, engine });

        (await JsonOf(answer, HttpStatusCode.OK)).GetProperty("engine").GetString().Should().BeEquivalentTo(used);
    }

    [Fact]
    public async Task Render_APageThatFails_IsAProblemWithItsClass()
    {
        Site.MapStatus("/", 404);

        using var answer = await PostAsync("/v1/render", new { url = Site.BaseUri.AbsoluteUri });

        (await JsonOf(answer, HttpStatusCode.BadGateway)).GetProperty("type").GetString().Should().EndWith(":page-http-404");
    }

    [Fact]
    public async Task Render_WhileTheSiteIsLeftAlone_SaysWhenToComeAgain()
    {
        Site.Map("/", context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "60";
            return Task.CompletedTask;
        });
        using var first = await PostAsync("/v1/render", new { url = Site.BaseUri.AbsoluteUri });
        first.StatusCode.Should().Be(HttpStatusCode.BadGateway);

        using var second = await PostAsync("/v1/render", new { url = Site.BaseUri.AbsoluteUri, waitSeconds = 0 });

        (await JsonOf(second, HttpStatusCode.ServiceUnavailable)).GetProperty("type").GetString().Should().EndWith(":busy");
        second.Headers.RetryAfter!.Delta.Should().BeGreaterThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Job_FromSubmissionToFile_IsFoundByItsNumber()
    {
        Site.MapHtml("/", "<title>one</title><h1>page</h1>");

        using var answer = await PostAsync("/v1/jobs", new { url = Site.BaseUri.AbsoluteUri, page = new { formats = new[] { "text", "raw" } } });
        var id = (await JsonOf(answer, HttpStatusCode.Created)).GetProperty("id").GetInt64();
        answer.Headers.Location!.ToString().Should().Be($"/v1/jobs/{id}");
        await Eventually.HoldsAsync(async () => (await AskAsync($"/v1/jobs/{id}")).GetProperty("state").GetString() == "succeeded", Bounds.Long, "it is read");

        (await AskAsync($"/v1/jobs/{id}/result")).GetProperty("title").GetString().Should().Be("one");
        using var file = await Client.GetAsync($"/v1/jobs/{id}/artifacts/raw");
        file.Content.Headers.ContentType!.MediaType.Should().Be("text/plain", "no browser is ever to run it");
        (await file.Content.ReadAsStringAsync()).Should().Contain("<h1>page</h1>");
        using var none = await Client.GetAsync($"/v1/jobs/{id}/artifacts/..%2F..%2Fcrawl.db");
        none.StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var again = await Client.PostAsync($"/v1/jobs/{id}/cancel", null);
        (await JsonOf(again, HttpStatusCode.Conflict)).GetProperty("type").GetString().Should().EndWith(":job-ended");
    }

    [Fact]
    public async Task Job_CalledOffWhileItsPageHangs_IsClosedInTwoSeconds()
    {
        Site.MapAll(async context => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var answer = await PostAsync("/v1/jobs", new { url = Site.UriOf("/hang").AbsoluteUri, ignoreRobots = true });
        var id = (await JsonOf(answer, HttpStatusCode.Created)).GetProperty("id").GetInt64();
        await Eventually.HoldsAsync(async () => (await AskAsync($"/v1/jobs/{id}")).GetProperty("state").GetString() == "running", Bounds.Long, "it runs");

        using var cancelled = await Client.PostAsync($"/v1/jobs/{id}/cancel", null);

        (await JsonOf(cancelled, HttpStatusCode.OK)).GetProperty("closed").GetInt32().Should().Be(1);
        (await AskAsync($"/v1/jobs/{id}")).GetProperty("state").GetString().Should().Be("cancelled");
    }

    [Fact]
    public async Task Explain_AJobThatFailed_TellsItsTries()
    {
        Site.MapStatus("/", 404);
        using var answer = await PostAsync("/v1/jobs", new { url = Site.BaseUri.AbsoluteUri });
        var id = (await JsonOf(answer, HttpStatusCode.Created)).GetProperty("id").GetInt64();
        await Eventually.HoldsAsync(async () => (await AskAsync($"/v1/jobs/{id}")).GetProperty("state").GetString() == "failed", Bounds.Long, "it is given up");

        var explained = await AskAsync($"/v1/explain?job={id}");

        explained.GetProperty("job").GetProperty("failure").GetProperty("class").GetString().Should().Be("http-404");
        explained.GetProperty("job").GetProperty("tries")[0].GetProperty("ended").GetString().Should().Be("dead-letter");
    }
}
