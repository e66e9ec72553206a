using BrowserFarm.Jobs;
using BrowserFarm.Rendering;

namespace BrowserFarm.Tests.Rendering;

public sealed class LinkKindsTests
{
    [Theory]
    [InlineData("https://a.example/x", false, LinkKind.Internal)]
    [InlineData("http://A.EXAMPLE:8080/x", false, LinkKind.Internal)]
    [InlineData("https://b.example/x", false, LinkKind.External)]
    [InlineData("https://www.a.example/x", false, LinkKind.External)]
    [InlineData("https://a.example/x", true, LinkKind.Download)]
    [InlineData("https://b.example/report.PDF?x=1", false, LinkKind.Download)]
    [InlineData("https://a.example/archive.tar.gz", false, LinkKind.Download)]
    [InlineData("https://a.example/.zip", false, LinkKind.Internal)]
    [InlineData("https://a.example/v1.0/", false, LinkKind.Internal)]
    [InlineData("https://a.example/page.html", false, LinkKind.Internal)]
    [InlineData("mailto:x@a.example", false, LinkKind.Other)]
    [InlineData("javascript:void(0)", false, LinkKind.Other)]
    [InlineData("http://[", false, LinkKind.Other)]
    public void Classify_Link_IsOfItsKind(string url, bool isMarked, LinkKind expected) =>
        LinkKinds.Classify(url, "text", isNoFollow: true, isMarked, "https://a.example/page").Should().Be(new PageLink(url, "text", NoFollow: true, expected));
}
