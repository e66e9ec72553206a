using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BrowserFarm.Api;

namespace BrowserFarm.Cli.Remote;

/// <summary>Asks a service. What it refuses becomes one line for a person, with the mistakes it told and an exit code for a scheduler.</summary>
internal sealed class FarmClient : IDisposable
{
    private const int Tries = 3;
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(5);

    /// <summary>The service answers everything within seconds; a render may wait as long as it was told to.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;

    public FarmClient(Uri url, string? token)
    {
        // No proxy stands between programs of one machine, whatever the environment says.
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectWithin, AutomaticDecompression = DecompressionMethods.All, AllowAutoRedirect = false, UseProxy = !url.IsLoopback })
        {
            // Relative to where it stands, also behind a proxy under a path.
            BaseAddress = url.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>For messages.</summary>
    public string Name => _http.BaseAddress!.GetLeftPart(UriPartial.Path);

    public Task<string> GetAsync(string path, CancellationToken cancellationToken) => TextAsync(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    /// <param name="key">Makes it safe to send again what may have arrived; null when a second time does no harm.</param>
    public Task<string> PostAsync(string path, Func<HttpContent>? content, string? key, CancellationToken cancellationToken) => TextAsync(
        () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content?.Invoke() };
            if (key is not null)
                request.Headers.Add("Idempotency-Key", key);
            return request;
        },
        cancellationToken);

    /// <summary>A body, made anew for every try.</summary>
    public static Func<HttpContent> Json<T>(T value, JsonTypeInfo<T> type) => () => new StringContent(JsonSerializer.Serialize(value, type), Encoding.UTF8, "application/json");

    public static T Read<T>(string json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new CliException(ExitCode.Service, $"The answer is not a BrowserFarm service's, or of another release: {exception.Message}", exception);
        }
    }

    /// <summary>An answer of any length; the caller disposes it.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken) => SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    /// <summary>What the service answers, whatever its status: for questions about its health.</summary>
    public async Task<(HttpStatusCode Status, string Text)> AskAsync(string path, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(ConnectWithin);
        try
        {
            using var answer = await _http.GetAsync(path, late.Token);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(late.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unreachable(exception);
        }
    }

    /// <summary>Events as they come, until the service or the caller ends it.</summary>
    public async IAsyncEnumerable<(string Name, string Data)> EventsAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(path, cancellationToken);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
            yield return (item.EventType, item.Data);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> TextAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(AnswerWithin);
        using var answer = await SendAsync(request, late.Token);
        return await answer.Content.ReadAsStringAsync(late.Token);
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = make();
            var isSafe = request.Method == HttpMethod.Get || request.Headers.Contains("Idempotency-Key");
            try
            {
                var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return answer;
                using (answer)
                    throw await RefusedAsync(answer, cancellationToken);
            }
            catch (HttpRequestException exception) when (!isSafe || attempt == Tries || exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError || request.Content is StreamContent)
            {
                throw Unreachable(exception);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(BetweenTries, TimeProvider.System, cancellationToken);   // the connection broke on the way
            }
        }
    }

    private CliException Unreachable(Exception exception) =>
        new(ExitCode.Service, $"No service answers at {Name} ({ClientText.Clean(exception.InnerException?.Message ?? exception.Message)}). Start one with ./farm serve, or name another with {FarmConnection.UrlVariable}.", exception);

    private async Task<CliException> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = answer.StatusCode;
        var code = status switch
        {
            _ when answer.Content.Headers.ContentType?.MediaType != Problems.ContentType => ExitCode.Service,   // somebody else's answer
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCode.Config,
            >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests => ExitCode.Service,
            _ => ExitCode.Usage,
        };
        return new CliException(code, ProblemText.Of(await answer.Content.ReadAsStringAsync(cancellationToken), (int)status, Name));
    }
}
