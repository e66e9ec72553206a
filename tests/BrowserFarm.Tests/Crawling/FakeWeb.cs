using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace BrowserFarm.Tests.Crawling;

/// <summary>A web without a network: what is not mapped is a 404.</summary>
internal sealed class FakeWeb : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, Func<HttpResponseMessage>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _asked = new();

    /// <summary>Addresses in the order in which they were asked for.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>Headers of the last request, each <c>Name: value</c>.</summary>
    public IReadOnlyList<string> Headers { get; private set; } = [];

    /// <summary>Holds every answer back until it completes.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public FakeWeb Map(string url, string text) => Map(url, () => Encoding.UTF8.GetBytes(text));

    public FakeWeb Map(string url, Func<byte[]> body) => MapAnswer(url, () => new HttpResponseMessage { Content = new ByteArrayContent(body()) });

    public FakeWeb MapStatus(string url, int status) => MapAnswer(url, () => new HttpResponseMessage((HttpStatusCode)status));

    public FakeWeb MapAnswer(string url, Func<HttpResponseMessage> answer)
    {
        _answers[url] = answer;
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!.AbsoluteUri;
        _asked.Enqueue(url);
        Headers = [.. request.Headers.Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")];
        await Gate.WaitAsync(cancellationToken);
        return _answers.TryGetValue(url, out var answer) ? answer() : new HttpResponseMessage(HttpStatusCode.NotFound);
    }
}
