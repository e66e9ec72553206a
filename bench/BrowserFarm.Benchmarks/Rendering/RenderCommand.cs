using System.CommandLine;
using BrowserFarm.Benchmarks.Reporting;

namespace BrowserFarm.Benchmarks.Rendering;

/// <summary><c>./farm bench render</c>: one table per section.</summary>
internal static class RenderCommand
{
    private static readonly (string Name, Func<CancellationToken, Task<string>> Run)[] Sections =
    [
        ("capture", CaptureBenchmark.RunAsync),
        ("extraction", ExtractionBenchmark.RunAsync),
        ("http", HttpBenchmark.RunAsync),
    ];

    public static Command Create() => SectionedCommand.Create("render", "Rendering: reading a page in the browser, making it into Markdown and fields, pages a second without a browser.", Sections);
}
