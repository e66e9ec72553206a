using System.Text;
using BrowserFarm.Rendering.Http;

namespace BrowserFarm.Tests.Rendering;

public sealed class PageEncodingTests
{
    [Theory]
    [InlineData("caf\u00e9", "utf-8", "text/html", "caf\u00e9")]
    [InlineData("caf\u00e9", "iso-8859-1", "text/html; charset=ISO-8859-1", "caf\u00e9")]
    [InlineData("\u20ac 5", "windows-1252", "text/html; charset=\"latin1\"", "\u20ac 5")]   // as browsers read it
    [InlineData("\u65e5\u672c", "shift_jis", "text/html;charset=Shift_JIS", "\u65e5\u672c")]
    [InlineData("<meta charset=euc-jp>\u65e5\u672c", "euc-jp", "text/html", "<meta charset=euc-jp>\u65e5\u672c")]
    [InlineData("<meta http-equiv=content-type content='text/html; charset=koi8-r'>\u0438", "koi8-r", "", "<meta http-equiv=content-type content='text/html; charset=koi8-r'>\u0438")]
    [InlineData("caf\u00e9", "utf-8", "text/html; charset=utf-7", "caf\u00e9")]
    [InlineData("caf\u00e9", "utf-8", "text/html; charset=no-such-thing", "caf\u00e9")]
    [InlineData("caf\u00e9", "utf-8", "text/html; charset=", "caf\u00e9")]
    public void Decode_WhatTheSenderSays_IsHeard(string text, string encoding, string contentType, string expected)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

        PageEncoding.Decode(Encoding.GetEncoding(encoding).GetBytes(text), contentType).Should().Be(expected);
    }

    [Fact]
    public void Decode_ByteOrderMark_IsBelievedBeforeTheHeaderAndLeftOut()
    {
        byte[] marked = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("caf\u00e9")];

        PageEncoding.Decode(marked, "text/html; charset=iso-8859-1").Should().Be("caf\u00e9");
    }

    [Fact]
    public void Decode_BytesThatMeanNothing_AreReplaced() => PageEncoding.Decode([0x61, 0xFF, 0x62], "text/html").Should().Be("a\uFFFDb");
}
