using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Failures;
using Microsoft.Playwright;

namespace BrowserFarm.Tests.Rendering;

public sealed class FailureClassifierTests
{
    [Theory]
    [InlineData(403, "cf-mitigated", "challenge", "Cloudflare")]
    [InlineData(503, "cf-mitigated", " Challenge ", "Cloudflare")]
    [InlineData(405, "x-amzn-waf-action", "captcha", "AWS WAF")]
    [InlineData(403, "x-amzn-waf-action", "challenge", "AWS WAF")]
    [InlineData(200, "cf-mitigated", "challenge", null)]
    [InlineData(202, "x-amzn-waf-action", "challenge", null)]   // the browser passes it by itself, or it is seen to be no page
    [InlineData(403, "cf-mitigated", "block", null)]
    [InlineData(403, "server", "cloudflare", null)]
    public void FromChallenge_Headers_TellAChallengeFromARefusal(int status, string name, string value, string? by)
    {
        var failure = FailureClassifier.FromChallenge(status, new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });

        if (by is null)
        {
            failure.Should().BeNull();
            return;
        }

        failure!.Kind.Should().Be(FailureKind.Transient);
        failure.Class.Should().Be("challenge");
        failure.Reason.Should().Contain(by).And.Contain($"{status}");
        failure.RetryAfter.Should().Be(TimeSpan.FromMinutes(15));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(304)]
    [InlineData(399)]
    public void FromStatus_Success_IsNoFailure(int status) => FailureClassifier.FromStatus(status, retryAfter: null, Some.Noon).Should().BeNull();

    [Theory]
    [InlineData(429, null, FailureKind.Throttled, null)]
    [InlineData(429, "30", FailureKind.Throttled, 30)]
    [InlineData(429, "nonsense", FailureKind.Throttled, null)]
    [InlineData(503, "30", FailureKind.Throttled, 30)]
    [InlineData(503, null, FailureKind.Transient, null)]
    [InlineData(503, "-1", FailureKind.Transient, null)]
    [InlineData(500, null, FailureKind.Transient, null)]
    [InlineData(502, "5", FailureKind.Transient, 5)]
    [InlineData(504, null, FailureKind.Transient, null)]
    [InlineData(599, null, FailureKind.Transient, null)]
    [InlineData(408, null, FailureKind.Transient, null)]
    [InlineData(425, null, FailureKind.Transient, null)]
    [InlineData(400, "30", FailureKind.Permanent, null)]
    [InlineData(401, null, FailureKind.Permanent, null)]
    [InlineData(403, null, FailureKind.Permanent, null)]
    [InlineData(404, null, FailureKind.Permanent, null)]
    [InlineData(410, null, FailureKind.Permanent, null)]
    [InlineData(451, null, FailureKind.Permanent, null)]
    [InlineData(100, null, FailureKind.Permanent, null)]
    [InlineData(0, null, FailureKind.Permanent, null)]
    public void FromStatus_Failure_SaysWhatHappensNext(int status, string? retryAfter, FailureKind kind, int? seconds)
    {
        var failure = FailureClassifier.FromStatus(status, retryAfter, Some.Noon)!;

        failure.Kind.Should().Be(kind);
        failure.Class.Should().Be($"http-{status}");
        failure.RetryAfter.Should().Be(seconds is { } expected ? TimeSpan.FromSeconds(expected) : null);
        failure.Reason.Should().Contain($"{status}");
    }

    [Theory]
    [InlineData("net::ERR_NAME_NOT_RESOLVED at https://a.example/", FailureKind.Transient, "dns")]
    [InlineData("net::ERR_NAME_RESOLUTION_FAILED at https://a.example/", FailureKind.Transient, "dns")]
    [InlineData("net::ERR_DNS_TIMED_OUT at https://a.example/", FailureKind.Transient, "dns")]
    [InlineData("net::ERR_CONNECTION_REFUSED at https://a.example/", FailureKind.Transient, "connect")]
    [InlineData("net::ERR_CONNECTION_TIMED_OUT at https://a.example/", FailureKind.Transient, "connect")]
    [InlineData("net::ERR_INTERNET_DISCONNECTED at https://a.example/", FailureKind.Transient, "connect")]
    [InlineData("net::ERR_CERT_AUTHORITY_INVALID at https://a.example/", FailureKind.Permanent, "tls")]
    [InlineData("net::ERR_SSL_PROTOCOL_ERROR at https://a.example/", FailureKind.Permanent, "tls")]
    [InlineData("net::ERR_BAD_SSL_CLIENT_AUTH_CERT at https://a.example/", FailureKind.Permanent, "tls")]
    [InlineData("net::ERR_TOO_MANY_REDIRECTS at https://a.example/", FailureKind.Permanent, "redirects")]
    [InlineData("net::ERR_UNSAFE_REDIRECT at https://a.example/", FailureKind.Permanent, "left-the-web")]
    [InlineData("net::ERR_UNSAFE_PORT at https://a.example:6000/", FailureKind.Permanent, "connect")]
    [InlineData("net::ERR_ABORTED at https://a.example/x.zip", FailureKind.Permanent, "not-a-page")]
    [InlineData("net::ERR_INVALID_RESPONSE at https://a.example/", FailureKind.Transient, "bad-answer")]
    [InlineData("net::ERR_CONTENT_LENGTH_MISMATCH at https://a.example/", FailureKind.Transient, "bad-answer")]
    [InlineData("net::ERR_HTTP2_PROTOCOL_ERROR at https://a.example/", FailureKind.Transient, "bad-answer")]
    [InlineData("net::ERR_EMPTY_RESPONSE at https://a.example/", FailureKind.Transient, "no-answer")]
    [InlineData("net::ERR_TIMED_OUT at https://a.example/", FailureKind.Transient, "no-answer")]
    [InlineData("net::ERR_SOMETHING_NEW at https://a.example/", FailureKind.Transient, "connect")]
    [InlineData("net::NONSENSE", FailureKind.Transient, "connect")]
    [InlineData("net::", FailureKind.Transient, "connect")]
    // the address is the site's to choose: its words must not decide
    [InlineData("net::ERR_CERT_DATE_INVALID at https://a.example/Timeout", FailureKind.Permanent, "tls")]
    [InlineData("net::ERR_ABORTED at https://a.example/Timeout.zip\nCall log:\n  - navigating to \"https://a.example/Timeout.zip\"", FailureKind.Permanent, "not-a-page")]
    [InlineData("Target crashed ", FailureKind.Transient, "page-crashed")]
    [InlineData("Page crashed", FailureKind.Transient, "page-crashed")]
    [InlineData("Download is starting", FailureKind.Permanent, "not-a-page")]
    [InlineData("Target page, context or browser has been closed", FailureKind.BrowserLost, "browser-lost")]
    [InlineData("Process exited", FailureKind.BrowserLost, "browser-lost")]
    [InlineData("Timeout 30000ms exceeded.\nCall log:", FailureKind.Transient, "no-answer")]
    [InlineData("Something nobody has ever seen\nwith a second line", FailureKind.Transient, "unexpected")]
    public void FromBrowser_Message_SaysWhatHappensNext(string message, FailureKind kind, string @class)
    {
        var failure = FailureClassifier.FromBrowser(new PlaywrightException(message), hadAnswer: false);

        failure.Kind.Should().Be(kind);
        failure.Class.Should().Be(@class);
        failure.Reason.Should().NotContain("\n");
    }

    [Theory]
    [InlineData(false, "no-answer")]
    [InlineData(true, "page-hung")]
    public void FromBrowser_Timeout_BlamesWhoeverWasWaitedFor(bool hadAnswer, string @class)
    {
        FailureClassifier.FromBrowser(new TimeoutException("Timeout 1ms exceeded."), hadAnswer).Class.Should().Be(@class);
        FailureClassifier.FromBrowser(new TimeoutException(), hadAnswer).Class.Should().Be(@class);
    }

    [Theory]
    [InlineData("text/html", true)]
    [InlineData("TEXT/HTML; charset=utf-8", true)]
    [InlineData("text/plain", true)]
    [InlineData("application/xhtml+xml", true)]
    [InlineData("application/json", true)]
    [InlineData("application/ld+json;charset=x", true)]
    [InlineData("application/xml", true)]
    [InlineData("", true)]
    [InlineData(";", true)]
    [InlineData("application/pdf", false)]
    [InlineData("image/png", false)]
    [InlineData("application/octet-stream", false)]
    [InlineData("video/mp4", false)]
    [InlineData("nonsense", false)]
    public void FromContentType_Type_IsAPageOrNot(string contentType, bool isPage) =>
        (FailureClassifier.FromContentType(contentType) is null).Should().Be(isPage);
}
