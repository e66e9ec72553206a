using BrowserFarm.Diagnostics.Prometheus;

namespace BrowserFarm.Tests.Diagnostics.Prometheus;

public sealed class PrometheusFormatTests
{
    private const string Prometheus2 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    private const string Prometheus3 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    [Theory]
    [InlineData(null, "Text")]
    [InlineData("", "Text")]
    [InlineData("*/*", "Text")]
    [InlineData("text/html, image/webp", "Text")]
    [InlineData("text/plain", "Text")]
    [InlineData("application/openmetrics-text", "OpenMetrics")]
    [InlineData("APPLICATION/OpenMetrics-Text; Version=\"1.0.0\"", "OpenMetrics")]
    [InlineData("application/openmetrics-text; version=2.0.0", "Text")]
    [InlineData("application/openmetrics-text; q=0", "Text")]
    [InlineData("application/openmetrics-text; q=0.1, text/plain; q=0.9", "Text")]
    [InlineData("text/plain; q=0.1, application/openmetrics-text; q=0.9", "OpenMetrics")]
    [InlineData("text/plain, application/openmetrics-text", "Text")]
    [InlineData("application/openmetrics-text;;;q=x=,", "Text")]
    [InlineData(Prometheus2, "OpenMetrics")]
    [InlineData(Prometheus3, "OpenMetrics")]
    public void Negotiate_Accept_IsWhatTheClientLikesBest(string? accept, string expected) =>
        PrometheusFormats.Negotiate([accept]).ToString().Should().Be(expected);

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e300, "1E+300")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Number_Any_IsSpelledAsPrometheusReadsIt(double value, string expected) => PrometheusSpelling.Number(value).Should().Be(expected);

    [Theory]
    [InlineData("<b title=\"x\">&amp;</b>", "<b title=\\\"x\\\">&amp;</b>")]
    [InlineData("two\nlines", "two\\nlines")]
    [InlineData("C:\\new", "C:\\\\new")]
    [InlineData("a\0b", "a\uFFFDb")]
    [InlineData("Größe 🕷", "Größe 🕷")]
    public void LabelValue_Any_StaysInsideItsQuotes(string value, string expected) => PrometheusSpelling.LabelValue(value).Should().Be(expected);

    [Fact]
    public void Help_WithQuotes_IsEscapedInOpenMetricsOnly()
    {
        PrometheusSpelling.Help("say \"when\"\nor \\", PrometheusFormat.Text).Should().Be("say \"when\"\\nor \\\\");
        PrometheusSpelling.Help("say \"when\"\nor \\", PrometheusFormat.OpenMetrics).Should().Be("say \\\"when\\\"\\nor \\\\");
    }
}
