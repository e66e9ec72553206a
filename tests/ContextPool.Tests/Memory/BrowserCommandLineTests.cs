using System.Text;
using ContextPool.Memory;

namespace ContextPool.Tests.Memory;

/// <summary>On command lines as real browsers show them; <c>|</c> stands for the NUL after each argument.</summary>
public sealed class BrowserCommandLineTests
{
    [Theory]
    [InlineData("/usr/lib/chromium/chromium-headless-shell|--no-sandbox|--user-data-dir=/tmp/x|--remote-debugging-pipe|", "Browser")]
    [InlineData("/opt/google/chrome/chrome|--remote-debugging-pipe|--proxy-bypass-list=a --type=renderer b|about:blank|", "Browser")]
    [InlineData("/bin/sh|-e|/usr/bin/chromium-headless-shell|--user-data-dir=/tmp/x|--remote-debugging-pipe|", "Other")]
    [InlineData("bash|/usr/bin/chrome|--remote-debugging-pipe|", "Other")]
    [InlineData("/opt/ffmpeg-linux|-loglevel|error|", "Other")]
    [InlineData("/usr/lib/chromium/chromium|--type=zygote|--no-zygote-sandbox|--no-sandbox|", "Zygote")]
    [InlineData("/usr/lib/chromium/chromium|--type=gpu-process|--no-sandbox|", "Gpu")]
    [InlineData("/usr/lib/chromium/chromium|--type=utility|--utility-sub-type=network.mojom.NetworkService|--lang=en|", "NetworkService")]
    [InlineData("/usr/lib/chromium/chromium|--type=utility|--utility-sub-type=storage.mojom.StorageService|--lang=en|", "OtherUtility")]
    [InlineData("/usr/lib/chromium/chromium|--type=utility|", "OtherUtility")]
    [InlineData("/usr/lib/chromium/chromium --type=renderer --headless --no-sandbox --lang=en-US||||||", "Renderer")]   // rewritten after the fork
    [InlineData("/usr/lib/chromium/chromium|--type=renderer|--no-zygote|", "Renderer")]
    [InlineData("/usr/lib/chromium/chromium --type=gpu-broker||", "Other")]
    [InlineData("/usr/lib/chromium/chromium|--type=renderers|", "Other")]
    [InlineData("--type=renderer", "Other")]
    [InlineData("", "Other")]
    [InlineData("|||", "Other")]
    public void KindOf_CommandLine_TellsTheKind(string text, string expected) =>
        BrowserCommandLine.KindOf(Bytes(text), BrowserProcessKind.Driver).Should().Be(Enum.Parse<BrowserProcessKind>(expected));

    [Theory]
    [InlineData("Driver", "Browser")]
    [InlineData("Other", "Browser")]
    [InlineData("Browser", "Other")]
    [InlineData("Zygote", "Other")]
    public void KindOf_CopyOfTheBrowser_IsNoSecondBrowser(string parent, string expected) =>
        BrowserCommandLine.KindOf(Bytes("/usr/lib/chromium/chromium|--remote-debugging-pipe|"), Enum.Parse<BrowserProcessKind>(parent))
            .Should().Be(Enum.Parse<BrowserProcessKind>(expected));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.Replace('|', '\0'));
}
