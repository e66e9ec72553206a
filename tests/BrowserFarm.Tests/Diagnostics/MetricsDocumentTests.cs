using System.Text.Json;
using System.Text.RegularExpressions;
using BrowserFarm.Diagnostics;
using TestKit;

namespace BrowserFarm.Tests.Diagnostics;

/// <summary>What is written of the metrics, and asked of them, is what there is.</summary>
[Collection(nameof(ListensToAllFarms))]
public sealed partial class MetricsDocumentTests
{
    private static readonly string Document = Read("docs/metrics.md");

    [Fact]
    public void Document_EveryMetric_IsListedWithItsType()
    {
        var listed = Row().Matches(Document).ToDictionary(row => row.Groups["name"].Value, row => row.Groups["type"].Value);

        listed.Should().BeEquivalentTo(SampleFarm.Metrics());
    }

    [Fact]
    public void Document_EveryWordOfATag_IsThere() =>
        FailureWords.All.Concat(AttemptEnds.All).Where(word => !Document.Contains($"`{word}`", StringComparison.Ordinal)).Should().BeEmpty();

    [Fact]
    public void Document_EveryAlert_SaysWhatToDo()
    {
        var alerts = Alert().Matches(Read("deploy/prometheus/browserfarm.rules.yml")).Select(alert => alert.Groups["name"].Value).ToList();
        var tried = Tried().Matches(Read("deploy/prometheus/browserfarm.rules.test.yml")).Select(alert => alert.Groups["name"].Value).Distinct();

        alerts.Should().NotBeEmpty().And.OnlyContain(alert => Document.Contains($"\n### {alert}\n", StringComparison.Ordinal));
        tried.Should().BeEquivalentTo(alerts, "each is tried out");
    }

    [Theory]
    [InlineData("deploy/prometheus/browserfarm.rules.yml")]
    [InlineData("deploy/prometheus/browserfarm.rules.test.yml")]
    [InlineData("deploy/grafana/browserfarm.json")]
    public void Queries_EveryMetricThatIsAskedFor_IsThere(string file)
    {
        var names = SampleFarm.Metrics();
        var known = names.Keys.Concat(names.Where(metric => metric.Value == "histogram").SelectMany(metric => new[] { $"{metric.Key}_bucket", $"{metric.Key}_sum", $"{metric.Key}_count" })).ToHashSet();

        var asked = Asked().Matches(Read(file)).Select(name => name.Value).Distinct().ToList();

        asked.Should().NotBeEmpty();
        asked.Where(name => !known.Contains(name)).Should().BeEmpty();
    }

    [Fact]
    public void Dashboard_EveryPanel_HasANumberATitleAndAQuery()
    {
        using var dashboard = JsonDocument.Parse(Read("deploy/grafana/browserfarm.json"));

        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        panels.Select(panel => panel.GetProperty("id").GetInt32()).Should().OnlyHaveUniqueItems();
        panels.Should().OnlyContain(panel => panel.GetProperty("title").GetString()!.Length > 0);
        panels.Where(panel => panel.GetProperty("type").GetString() != "row").Should().OnlyContain(panel => panel.GetProperty("targets").GetArrayLength() > 0);
    }

    private static string Read(string file) => File.ReadAllText(Path.Join(RepositoryRoot.Path, file));

    [GeneratedRegex(@"^\| `(?<name>browserfarm_[a-z_]+)` \| (?<type>[a-z]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"- alert: (?<name>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Alert();

    [GeneratedRegex(@"alertname: (?<name>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tried();

    // A recorded rule has a colon before its name or after it; `memory_*` in a text is no name.
    [GeneratedRegex(@"(?<![\w:])browserfarm_[a-z0-9_]+(?![\w:])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Asked();
}
