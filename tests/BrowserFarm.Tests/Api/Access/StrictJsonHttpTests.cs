using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using BrowserFarm.Api;
using BrowserFarm.Api.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace BrowserFarm.Tests.Api.Access;

public sealed class StrictJsonHttpTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private AccessSite _site = null!;

    public async Task InitializeAsync() => _site = await AccessSite.StartAsync(TokenStore.Open(_time), _time, application => application.MapPost("/orders", async (HttpContext context) =>
    {
        var body = await StrictJson.ReadAsync(context, OrderJson.Default.Order, new StrictJsonLimits { MaxBytes = 1000, MaxTime = TimeSpan.FromSeconds(10) }, _time);
        return body.IsRead ? Results.Text(body.Value.Seeds[0]) : Problems.Result(body.Problem);
    }));

    public async Task DisposeAsync() => await _site.DisposeAsync();

    private Task<HttpResponseMessage> PostAsync(HttpContent content, string type = "application/json")
    {
        content.Headers.Remove("Content-Type");
        if (type.Length > 0)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return _site.SendAsync("POST", "/orders", content);
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("Application/JSON; charset=UTF-8", 200)]
    [InlineData("application/vnd.farm+json", 200)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("application/json5", 415)]
    [InlineData("", 415)]
    public async Task ReadAsync_ContentType_MustBeJson(string type, int status)
    {
        using var response = await PostAsync(new StringContent("""{"seeds":["a"]}"""), type);

        ((int)response.StatusCode).Should().Be(status);
    }

    [Fact]
    public async Task ReadAsync_Compressed_IsRefused()
    {
        var content = new ByteArrayContent([1, 2, 3]);
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await PostAsync(content);

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_TooLarge_IsRefusedWithOrWithoutALength(bool isChunked)
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"seeds":["{{new string('x', 2000)}}"]}""");
        using var response = await PostAsync(isChunked ? new UnsizedContent(stream => stream.WriteAsync(bytes).AsTask()) : new ByteArrayContent(bytes));

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadAsStringAsync()).Should().Contain("At most 1000 bytes");
    }

    [Fact]
    public async Task ReadAsync_TooSlow_IsEnded()
    {
        // HttpClient reads no answer before it has sent all of its request.
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _site.Address.Port);
        await client.GetStream().WriteAsync("POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"u8.ToArray());
        await Eventually.HoldsAsync(() => _time.ArmedTimers > 0, Bounds.Short, "the body is waited for");

        _time.Advance(TimeSpan.FromSeconds(10));

        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync().WaitAsync(Bounds.Medium);
        answer.Should().StartWith("HTTP/1.1 408 ").And.Contain("Connection: close").And.Contain("body-too-slow");
    }

    [Fact]
    public async Task ReadAsync_Mistakes_AreListedInTheProblem()
    {
        using var response = await PostAsync(new StringContent("""{"seeds":[7],"page":{"formats":["\u001b[31m\u202e"]}}"""));

        ((int)response.StatusCode).Should().Be(422);
        response.Content.Headers.ContentType.Should().Be(new MediaTypeHeaderValue("application/problem+json"));
        var text = await response.Content.ReadAsStringAsync();
        text.Should().Contain("""{"path":"/seeds/0","message":"is 7, but must be a string"}""").And.Contain("""/page/formats/0""").And.Contain("""["Html","full-text"]""");
        text.Should().NotContainAny("\u001b", "\u202e");
    }

    [Theory]
    [InlineData("{\"seeds\":[\"a\"],\"seeds\":[\"b\"]}", 422)]
    [InlineData("{\"seeds\":[\"a\"],\"other\":1}", 422)]
    [InlineData("{\"seeds\":[\"a\"", 400)]
    [InlineData("", 400)]
    public async Task ReadAsync_Faulty_IsRefused(string json, int status)
    {
        using var response = await PostAsync(new StringContent(json));

        ((int)response.StatusCode).Should().Be(status);
    }

    private sealed class UnsizedContent(Func<Stream, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
