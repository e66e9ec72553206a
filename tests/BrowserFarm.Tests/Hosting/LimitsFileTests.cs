using System.Text;
using BrowserFarm.Hosting;
using BrowserFarm.Limiting;
using TestKit;

namespace BrowserFarm.Tests.Hosting;

public sealed class LimitsFileTests
{
    private static readonly TargetLimitOptions Usual = new() { Max = 32 };

    [Fact]
    public void Parse_RulesForSites_HoldBeforeWhatHoldsForAll()
    {
        var limits = Read("""
            {
              // what the operator knows of sites
              "concurrency": 5,
              "target": { "max": 16, "spacingMs": 10 },
              "targets": { "shop.example.org": { "max": 2, "spacingMs": 1000 }, "*.org": { "max": 9 }, "*.example.org": { "max": 4 }, "[::1]": { "max": 1 }, },
            }
            """);

        limits.Concurrency.Should().Be(5);
        Bounds("https://shop.example.org/").Should().Be((2, 1000));
        Bounds("https://shop.example.org:8443/").Should().Be((2, 1000), "a rule is of a host, whatever its port");
        Bounds("https://a.b.example.org/").Should().Be((4, 10), "what a rule leaves out is as for all");
        Bounds("https://example.org/").Should().Be((9, 10), "*. is what is below it, and the nearest wins");
        Bounds("https://shop.example.com/").Should().Be((16, 10));
        Bounds("http://[::1]:8080/").Should().Be((1, 10));
        Bounds("https://notexample.org/").Should().Be((9, 10));
        Bounds("http://localhost:8080/").Should().Be((16, 10));

        (int Max, double Spacing) Bounds(string url)
        {
            var options = limits.Targets.For(Some.Target(url));
            return (options.Max, options.Spacing.TotalMilliseconds);
        }
    }

    [Fact]
    public void Parse_MaxBelowTheUsualStart_StartsThere() => Read("""{ "target": { "max": 1 } }""").Targets.Common.Start.Should().Be(1);

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{ "concurency": 4 }""", "concurency must be one of concurrency, target, targets")]
    [InlineData("""{ "concurrency": 0 }""", "concurrency must be a whole number from 1 to 1000")]
    [InlineData("""{ "targets": { "https://a.example/": { "max": 1 } } }""", "must be a host's name in lower case")]
    [InlineData("""{ "targets": { "A.example": { "max": 1 } } }""", "must be a host's name in lower case")]
    [InlineData("""{ "targets": { "a.example": { "maximum": 1 } } }""", "targets.a.example.maximum must be one of")]
    [InlineData("""{ "targets": { "a.example": { "max": "2" } } }""", "targets.a.example.max must be a whole number")]
    [InlineData("""{ "targets": { "a.example": {}, "a.example": {} } }""", "twice")]
    public void Parse_Mistake_IsNamedWithItsPlace(string json, string expected) =>
        FluentActions.Invoking(() => Read(json)).Should().Throw<LimitsFileException>().WithMessage($"*limits.json*{expected}*");

    [Fact]
    public void Load_NoSuchFile_IsSaid() =>
        FluentActions.Invoking(() => LimitsFile.Load("/nowhere/limits.json", Usual)).Should().Throw<LimitsFileException>().WithMessage("*cannot be read*");

    [Fact]
    public void Look_FileGoneAndBackAsItWas_IsUsedAgainAndWithoutAFault()
    {
        using var folder = new TempFolder();
        var path = folder.Combine("limits.json");
        File.WriteAllText(path, "{}");
        var file = LimitsFile.Watch(path, Usual);
        file.Load();
        file.Look().Should().BeOfType<FileLook<FarmLimits>.Unchanged>();

        File.Delete(path);
        file.Look().Should().BeOfType<FileLook<FarmLimits>.Kept>();
        file.Look().Should().BeOfType<FileLook<FarmLimits>.Unchanged>("a fault is told once");
        file.Fault.Should().Contain("cannot be read");

        File.WriteAllText(path, "{}");
        file.Look().Should().BeOfType<FileLook<FarmLimits>.Replaced>();
        file.Fault.Should().BeNull();
    }

    private static FarmLimits Read(string json) => LimitsFile.Parse(Encoding.UTF8.GetBytes(json), "limits.json", Usual);
}
