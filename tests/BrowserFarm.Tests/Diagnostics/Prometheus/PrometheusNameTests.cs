using BrowserFarm.Diagnostics.Prometheus;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Diagnostics.Prometheus;

/// <summary>The rules of OpenTelemetry's "Prometheus and OpenMetrics Compatibility", as the package that is stood in for keeps them.</summary>
public sealed class PrometheusNameTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("1", "")]
    [InlineData("{page}", "")]
    [InlineData("s", "seconds")]
    [InlineData("ms", "milliseconds")]
    [InlineData("By", "bytes")]
    [InlineData("KiBy", "kibibytes")]
    [InlineData("%", "percent")]
    [InlineData("Cel", "celsius")]
    [InlineData("{page}/s", "per_second")]
    [InlineData("By/s", "bytes_per_second")]
    [InlineData("m/s", "meters_per_second")]
    [InlineData("By/", "By")]
    [InlineData("s{wall}", "seconds")]
    [InlineData("{unclosed", "unclosed")]
    [InlineData("# RU", "RU")]
    public void Unit_OfUcum_IsAWord(string? unit, string word) => PrometheusUnit.Of(unit).Should().Be(word);

    [Theory]
    [InlineData("farm.pages", "{page}", "farm_pages_total", "farm_pages_total", "farm_pages")]
    [InlineData("farm.pages_total", null, "farm_pages_total", "farm_pages_total", "farm_pages")]
    [InlineData("farm.read", "By", "farm_read_bytes_total", "farm_read_bytes_total", "farm_read_bytes")]
    [InlineData("farm.read.bytes", "By", "farm_read_bytes_total", "farm_read_bytes_total", "farm_read_bytes")]
    [InlineData("farm.busy", "s", "farm_busy_seconds_total", "farm_busy_seconds_total", "farm_busy_seconds")]
    public void Name_OfACounter_EndsInTotalAfterItsUnit(string name, string? unit, string text, string openMetrics, string family) =>
        PrometheusName.Of(name, unit, PrometheusKind.Counter).Should().BeEquivalentTo(new { Text = text, OpenMetrics = openMetrics, Family = family });

    [Theory]
    [InlineData("farm.ready", "{farm}", "farm_ready")]
    [InlineData("farm.flow", "{page}/s", "farm_flow_per_second")]
    [InlineData("farm.used.ratio", "1", "farm_used_ratio")]
    [InlineData("2nd-try..name", null, "_2nd_try_name")]
    [InlineData("größe", "By", "gr_e_bytes")]
    [InlineData("a:b", null, "a:b")]
    public void Name_OfAGauge_IsSanitizedWithItsUnit(string name, string? unit, string expected) =>
        PrometheusName.Of(name, unit, PrometheusKind.Gauge).Should().BeEquivalentTo(new { Text = expected, OpenMetrics = expected, Family = expected });

    [Theory]
    [InlineData("engine", "engine")]
    [InlineData("http.status-code", "http_status_code")]
    [InlineData("4th", "_4th")]
    [InlineData("a:b", "a_b")]
    [InlineData("", "_")]
    [InlineData("{\"x\"}=\n", "_x_")]
    public void Label_AnyName_IsSanitized(string name, string expected) => PrometheusName.LegalLabel(name).Should().Be(expected);

    [Fact]
    public void Name_OfAnything_IsLegal() => ForAll.Values(
        ArbMap.Default.GeneratorFor<string>().Two(),
        pair =>
        {
            var name = PrometheusName.Of(pair.Item1 ?? "", pair.Item2, PrometheusKind.Counter);
            name.Text.Should().MatchRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*$");
            name.OpenMetrics.Should().MatchRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*$");
            PrometheusName.LegalLabel(pair.Item1 ?? "").Should().MatchRegex("^[a-zA-Z_][a-zA-Z0-9_]*$");
        },
        count: 1000);
}
