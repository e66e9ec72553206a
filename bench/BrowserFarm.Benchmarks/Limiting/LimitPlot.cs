using System.Globalization;
using System.Text;
using BrowserFarm.Limiting;
using BrowserFarm.Simulation;

namespace BrowserFarm.Benchmarks.Limiting;

/// <summary>Draws limits over time, one panel for each target: what it bears, the farm's limit, its refusals, and naive halving beside it.</summary>
internal static class LimitPlot
{
    private const int Width = 860;
    private const int PanelHeight = 190;
    private const int Left = 50;
    private const int Top = 34;
    private const int Bottom = 28;

    private static readonly string[] Shown = ["at most 10 at once", "16 at once, 4 for a while", "3 a second, bursts of 3"];

    public static string Draw()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{PanelHeight * Shown.Length}" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="#ffffff"/>

            """);
        for (var i = 0; i < Shown.Length; i++)
            DrawPanel(svg, Scenarios.All.Single(scenario => scenario.Name == Shown[i]), i * PanelHeight);
        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawPanel(StringBuilder svg, Scenario scenario, int y)
    {
        var farm = Scenarios.Run(scenario, Scenarios.Farm, seed: 1);
        var naive = Scenarios.Run(scenario, Scenarios.Contestants.Single(contestant => contestant.Name == "naive halving"), seed: 1);
        var highest = Math.Ceiling(farm.Limits.Concat(naive.Limits).Max(point => point.Limit));

        double X(TimeSpan at) => Left + ((Width - Left - 10) * at / Scenarios.Time);
        double Y(double limit) => y + PanelHeight - Bottom - ((PanelHeight - Top - Bottom) * limit / highest);

        Text(svg, Left, y + 18, $"{scenario.Name}: limit over {Scenarios.Time.TotalSeconds:0} s (BrowserFarm blue, its refusals red; naive halving grey)");
        foreach (var mark in new[] { 0, highest / 2, highest })
        {
            Line(svg, Left, Y(mark), Width - 10, Y(mark), "#dddddd");
            Text(svg, 8, Y(mark) + 4, mark.ToString("0.#", CultureInfo.InvariantCulture));
        }

        Curve(svg, naive.Limits.Select(point => (X(point.At), Y(point.Limit))), "#bbbbbb");
        Curve(svg, farm.Limits.Select(point => (X(point.At), Y(point.Limit))), "#1f5fbf");
        foreach (var (at, report) in farm.Answers)
        {
            if (report.Verdict is TargetVerdict.Throttled or TargetVerdict.Overloaded)
                Line(svg, X(at), Y(0), X(at), Y(0) + 8, "#cc2222");
        }
    }

    private static void Curve(StringBuilder svg, IEnumerable<(double X, double Y)> points, string colour) => svg.Append(
        CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.3\" points=\"{string.Join(' ', points.Select(Point))}\"/>\n");

    private static string Point((double X, double Y) point) => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}");

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2, string colour) => svg.Append(
        CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"{colour}\"/>\n");

    private static void Text(StringBuilder svg, double x, double y, string text) => svg.Append(
        CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" fill=\"#333333\">{text}</text>\n");
}
