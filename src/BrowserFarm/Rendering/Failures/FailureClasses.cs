namespace BrowserFarm.Rendering.Failures;

/// <summary>The short words under which failures are grouped. Listed in <c>docs/operating.md</c>.</summary>
internal static class FailureClasses
{
    public const string Dns = "dns";
    public const string Connect = "connect";
    public const string Tls = "tls";
    public const string Proxy = "proxy";
    public const string NoAnswer = "no-answer";
    public const string BadAnswer = "bad-answer";
    public const string Redirects = "redirects";
    public const string NotAPage = "not-a-page";
    public const string LeftTheWeb = "left-the-web";
    public const string Challenge = "challenge";
    public const string PageHung = "page-hung";
    public const string SelectorMissing = "selector-missing";
    public const string NotReady = "not-ready";
    public const string ActionFailed = "action-failed";
    public const string HandlerFailed = "handler-failed";
    public const string FieldMissing = "field-missing";
    public const string DialogStorm = "dialog-storm";
    public const string PopupStorm = "popup-storm";
    public const string FrameStorm = "frame-storm";
    public const string PageCrashed = "page-crashed";
    public const string MemoryExceeded = "memory-exceeded";
    public const string BrowserLost = "browser-lost";
    public const string Robots = "robots";
    public const string RobotsUnreachable = "robots-unreachable";
    public const string Unexpected = "unexpected";

    public static string Http(int status) => $"http-{status}";
}
