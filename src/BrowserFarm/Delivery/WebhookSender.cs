using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using BrowserFarm.Jobs;

namespace BrowserFarm.Delivery;

/// <summary>Sends one message once. Redirects are not followed: a signed message goes where its sender said, and nowhere else.</summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>A receiver is to take a message and work on it afterwards.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly Uri _url;
    private readonly WebhookSecret _secret;
    private readonly TimeProvider _time;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Timeout })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    public WebhookSender(Uri url, WebhookSecret secret, TimeProvider time)
    {
        _url = url;
        _secret = secret;
        _time = time;
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"BrowserFarm/{typeof(WebhookSender).Assembly.GetName().Version?.ToString(2)}");
    }

    /// <exception cref="OperationCanceledException">Called off; whether it arrived is not known.</exception>
    public async Task<SendOutcome> SendAsync(WebhookMessage message, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.TryAddWithoutValidation("webhook-id", message.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", _secret.Sign(message.Id, now, message.Body));
        using var late = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Judge(answer, now);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome(false, $"{_url} does not answer within {Timeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException exception)
        {
            return new SendOutcome(false, $"{_url} cannot be reached: {exception.Message.TrimEnd('.')}");
        }
    }

    public void Dispose() => _http.Dispose();

    private SendOutcome Judge(HttpResponseMessage answer, DateTimeOffset now)
    {
        if (answer.IsSuccessStatusCode)
            return new SendOutcome(true);

        var status = (int)answer.StatusCode;
        var retryAfter = answer.Headers.TryGetValues("Retry-After", out var values) ? RetryAfter.Parse(string.Join(',', values), now) : null;
        return new SendOutcome(
            false,
            status is >= 300 and < 400 ? $"{_url} answers {status} and points to {answer.Headers.Location?.ToString() ?? "nowhere"}; redirects are not followed" : $"{_url} answers {status}",
            retryAfter,
            IsGone: answer.StatusCode == HttpStatusCode.Gone);
    }
}
