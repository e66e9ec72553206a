using System.Text;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Captures;

namespace BrowserFarm.Tests.Rendering.Captures;

public sealed class CaptureSettingsTests
{
    [Fact]
    public void Parse_Everything_IsRead()
    {
        var spec = Parse("""
            {
              // comments are let pass
              "screenshot": { "clip": { "x": 1, "y": 2.5, "width": 300, "height": 200 }, "quality": 70, "scale": 1.5, "transparent": true },
              "pdf": { "width": "21cm", "height": "297mm", "landscape": true, "scale": 0.5, "margin": { "top": "1in", "left": "96px" }, "background": false, "pages": "1-3, 7",
                       "header": "<b class=title></b>", "footer": "<i></i>", "cssSize": true, "tagged": true, "outline": true },
            }
            """);

        spec.Should().BeEquivalentTo(new CaptureSpec
        {
            Screenshot = new ScreenshotSpec { Clip = new PictureArea(1, 2.5, 300, 200), Quality = 70, Scale = 1.5, Transparent = true },
            Pdf = new PdfSpec
            {
                Width = "21cm",
                Height = "297mm",
                Landscape = true,
                Scale = 0.5,
                Margin = new PdfMargin("1in", null, null, "96px"),
                Background = false,
                Pages = "1-3, 7",
                Header = "<b class=title></b>",
                Footer = "<i></i>",
                CssSize = true,
                Tagged = true,
                Outline = true,
            },
        });
    }

    [Fact]
    public void Parse_Nothing_HasTheDefaults() => Parse("{}").Should().Be(new CaptureSpec());

    [Theory]
    [InlineData("[]", "It must be an object with screenshot, pdf.")]
    [InlineData("""{ "screenshots": {} }""", "screenshots must be one of screenshot, pdf.")]
    [InlineData("""{ "screenshot": 1 }""", "screenshot must be an object with fullPage, element, *")]
    [InlineData("""{ "screenshot": { "quality": 0 } }""", "screenshot.quality must be a whole number from 1 to 100.")]
    [InlineData("""{ "screenshot": { "quality": 1e400 } }""", "screenshot.quality must be a whole number from 1 to 100.")]
    [InlineData("""{ "screenshot": { "scale": "2" } }""", "screenshot.scale must be a number from 0.1 to 4.")]
    [InlineData("""{ "screenshot": { "fullPage": "yes" } }""", "screenshot.fullPage must be true or false.")]
    [InlineData("""{ "screenshot": { "fullPage": true, "element": "h1" } }""", "screenshot.fullPage must be given without element and clip*")]
    [InlineData("""{ "screenshot": { "element": "h1[" } }""", "screenshot.element must be a CSS selector*")]
    [InlineData("""{ "screenshot": { "clip": { "width": 10 } } }""", "screenshot.clip.height must be a number from 1 to 16384.")]
    [InlineData("""{ "pdf": { "format": "A99" } }""", "pdf.format must be one of Letter, Legal, Tabloid, *")]
    [InlineData("""{ "pdf": { "format": "A4", "width": "1in", "height": "1in" } }""", "pdf.format must be given without width and height*")]
    [InlineData("""{ "pdf": { "width": "1in" } }""", "pdf.width must be given together with height.")]
    [InlineData("""{ "pdf": { "margin": { "top": "1" } } }""", "pdf.margin.top must be a length like 10mm*")]
    [InlineData("""{ "pdf": { "margin": { "top": "1em" } } }""", "pdf.margin.top must be a length like 10mm*")]
    [InlineData("""{ "pdf": { "margin": { "top": "-1mm" } } }""", "pdf.margin.top must be a length like 10mm*")]
    [InlineData("""{ "pdf": { "margin": { "top": "99999mm" } } }""", "pdf.margin.top must be a length like 10mm*")]
    [InlineData("""{ "pdf": { "pages": "3-1" } }""", "pdf.pages must be pages like 1-3, 7,*")]
    [InlineData("""{ "pdf": { "pages": "0" } }""", "pdf.pages must be pages like 1-3, 7,*")]
    [InlineData("""{ "pdf": { "pages": "1--2" } }""", "pdf.pages must be pages like 1-3, 7,*")]
    [InlineData("""{ "pdf": { "scale": 3 }, "screenshot": { "quality": 101 } }""", "screenshot.quality must be *pdf.scale must be *")]
    public void Parse_Mistakes_AreToldWithTheirPlaceAndWhatIsLegal(string json, string told)
    {
        var parse = () => Parse(json);

        parse.Should().Throw<FormatException>().WithMessage($"settings is not a list of capture settings: {told}");
    }

    [Fact]
    public void Parse_NoJson_SaysSo()
    {
        var parse = () => Parse("{");

        parse.Should().Throw<FormatException>().WithMessage("settings is not JSON: *");
    }

    private static CaptureSpec Parse(string json) => CaptureSettings.Parse(Encoding.UTF8.GetBytes(json), "settings");
}
