using System.Text;

namespace BrowserFarm.Demo;

/// <summary>Draws a product's picture: a small poster of geometric shapes, the same in every run.</summary>
internal static class DemoArtwork
{
    private const int Shapes = 4;

    /// <returns>An SVG document of 400 × 300 units, about 1 KB.</returns>
    public static string Draw(int id)
    {
        var hue = DemoNumbers.Below(360, id, salt: 100);
        var svg = new StringBuilder(1024)
            .Append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 300\">")
            .Append($"<defs><linearGradient id=\"g\" x2=\"1\" y2=\"1\"><stop stop-color=\"hsl({hue} 55% 82%)\"/>")
            .Append($"<stop offset=\"1\" stop-color=\"hsl({(hue + 40) % 360} 50% 68%)\"/></linearGradient></defs>")
            .Append("<rect width=\"400\" height=\"300\" fill=\"url(#g)\"/>");

        for (var shape = 0; shape < Shapes; shape++)
            svg.Append(ShapeOf(id, shape, hue));

        return svg.Append("</svg>").ToString();
    }

    private static string ShapeOf(int id, int shape, int hue)
    {
        var salt = 110 + 10 * shape;
        var x = 80 + DemoNumbers.Below(240, id, salt);
        var y = 70 + DemoNumbers.Below(160, id, salt + 1);
        var size = 40 + DemoNumbers.Below(70, id, salt + 2);
        var light = 40 + 12 * shape;
        var fill = $"fill=\"hsl({(hue + 150 + 25 * shape) % 360} 45% {light}%)\" fill-opacity=\"0.82\"";

        return DemoNumbers.Below(4, id, salt + 3) switch
        {
            0 => $"<circle cx=\"{x}\" cy=\"{y}\" r=\"{size}\" {fill}/>",
            1 => $"<rect x=\"{x - size}\" y=\"{y - size / 2}\" width=\"{2 * size}\" height=\"{size}\" rx=\"{size / 2}\" {fill}/>",
            2 => $"<path d=\"M{x - size} {y + size / 2}A{size} {size} 0 0 1 {x + size} {y + size / 2}Z\" {fill}/>",
            _ => $"<rect x=\"{x - size / 2}\" y=\"{y - size}\" width=\"{size}\" height=\"{2 * size}\" rx=\"8\" {fill}/>",
        };
    }
}
