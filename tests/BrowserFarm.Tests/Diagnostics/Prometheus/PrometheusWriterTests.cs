using System.Diagnostics.Metrics;
using System.Text;
using BrowserFarm.Diagnostics.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace BrowserFarm.Tests.Diagnostics.Prometheus;

/// <summary>Whole answers, letter by letter, in both formats.</summary>
public sealed class PrometheusWriterTests
{
    [Fact]
    public Task Counter() => BecomesAsync(
        meter =>
        {
            var pages = meter.CreateCounter<long>("farm.pages", "{page}", "Pages read");
            pages.Add(2, new KeyValuePair<string, object?>("engine", "browser"));
            pages.Add(1, new KeyValuePair<string, object?>("engine", "http"));
            meter.CreateCounter<double>("farm.busy", "s").Add(1.25);
        },
        text: """
            # TYPE farm_pages_total counter
            # HELP farm_pages_total Pages read
            farm_pages_total{otel_scope_name="M",engine="browser"} 2
            farm_pages_total{otel_scope_name="M",engine="http"} 1
            # TYPE farm_busy_seconds_total counter
            farm_busy_seconds_total{otel_scope_name="M"} 1.25

            """,
        openMetrics: """
            # TYPE farm_pages counter
            # HELP farm_pages Pages read
            farm_pages_total{otel_scope_name="M",engine="browser"} 2
            farm_pages_total{otel_scope_name="M",engine="http"} 1
            # TYPE farm_busy_seconds counter
            # UNIT farm_busy_seconds seconds
            farm_busy_seconds_total{otel_scope_name="M"} 1.25
            # EOF

            """);

    [Fact]
    public Task Gauges() => BecomesAsync(
        meter =>
        {
            meter.CreateGauge<double>("farm.drain", "s", "Time \"left\"").Record(double.NaN);
            meter.CreateObservableGauge("farm.memory", () => 1L << 40, "By");
            var open = meter.CreateUpDownCounter<int>("farm.open", "{tab}");
            open.Add(3);
            open.Add(-4);
            meter.CreateObservableUpDownCounter("farm.offset", () => double.PositiveInfinity);
        },
        text: """
            # TYPE farm_drain_seconds gauge
            # HELP farm_drain_seconds Time "left"
            farm_drain_seconds{otel_scope_name="M"} NaN
            # TYPE farm_memory_bytes gauge
            farm_memory_bytes{otel_scope_name="M"} 1099511627776
            # TYPE farm_open gauge
            farm_open{otel_scope_name="M"} -1
            # TYPE farm_offset gauge
            farm_offset{otel_scope_name="M"} +Inf

            """,
        openMetrics: """
            # TYPE farm_drain_seconds gauge
            # UNIT farm_drain_seconds seconds
            # HELP farm_drain_seconds Time \"left\"
            farm_drain_seconds{otel_scope_name="M"} NaN
            # TYPE farm_memory_bytes gauge
            # UNIT farm_memory_bytes bytes
            farm_memory_bytes{otel_scope_name="M"} 1099511627776
            # TYPE farm_open gauge
            farm_open{otel_scope_name="M"} -1
            # TYPE farm_offset gauge
            farm_offset{otel_scope_name="M"} +Inf
            # EOF

            """);

    [Fact]
    public Task Histogram() => BecomesAsync(
        meter =>
        {
            var wait = meter.CreateHistogram("farm.wait", "s", "Time waited", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 10] });
            foreach (var seconds in new[] { 0.5, 0.75, 20 })
                wait.Record(seconds, new KeyValuePair<string, object?>("engine", "http"), new KeyValuePair<string, object?>("le", "mine"));
        },
        text: """
            # TYPE farm_wait_seconds histogram
            # HELP farm_wait_seconds Time waited
            farm_wait_seconds_bucket{otel_scope_name="M",engine="http",le="0.5"} 1
            farm_wait_seconds_bucket{otel_scope_name="M",engine="http",le="1"} 2
            farm_wait_seconds_bucket{otel_scope_name="M",engine="http",le="10"} 2
            farm_wait_seconds_bucket{otel_scope_name="M",engine="http",le="+Inf"} 3
            farm_wait_seconds_sum{otel_scope_name="M",engine="http"} 21.25
            farm_wait_seconds_count{otel_scope_name="M",engine="http"} 3

            """,
        openMetrics: """
            # TYPE farm_wait_seconds histogram
            # UNIT farm_wait_seconds seconds
            # HELP farm_wait_seconds Time waited
            farm_wait_seconds_bucket{otel_scope_name="M",engine="http",le="0.5"} 1
            farm_wait_seconds_bucket{otel_scope_name="M",engine="http",le="1.0"} 2
            farm_wait_seconds_bucket{otel_scope_name="M",engine="http",le="10.0"} 2
            farm_wait_seconds_bucket{otel_scope_name="M",engine="http",le="+Inf"} 3
            farm_wait_seconds_sum{otel_scope_name="M",engine="http"} 21.25
            farm_wait_seconds_count{otel_scope_name="M",engine="http"} 3
            # EOF

            """);

    [Fact]
    public Task Histogram_WithNegativeBounds_HasNoSumInOpenMetrics() => BecomesAsync(
        meter => meter.CreateHistogram("farm.skew", "s", description: null, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [-1, 1] }).Record(-3),
        text: """
            # TYPE farm_skew_seconds histogram
            farm_skew_seconds_bucket{otel_scope_name="M",le="-1"} 1
            farm_skew_seconds_bucket{otel_scope_name="M",le="1"} 1
            farm_skew_seconds_bucket{otel_scope_name="M",le="+Inf"} 1
            farm_skew_seconds_sum{otel_scope_name="M"} -3
            farm_skew_seconds_count{otel_scope_name="M"} 1

            """,
        openMetrics: """
            # TYPE farm_skew_seconds histogram
            # UNIT farm_skew_seconds seconds
            farm_skew_seconds_bucket{otel_scope_name="M",le="-1.0"} 1
            farm_skew_seconds_bucket{otel_scope_name="M",le="1.0"} 1
            farm_skew_seconds_bucket{otel_scope_name="M",le="+Inf"} 1
            # EOF

            """);

    [Fact]
    public Task Histogram_WithoutBounds_HasTheBucketOfAll() => BecomesAsync(
        meter => meter.CreateHistogram("farm.any", unit: null, description: null, tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [] }).Record(7),
        text: """
            # TYPE farm_any histogram
            farm_any_bucket{otel_scope_name="M",le="+Inf"} 1
            farm_any_sum{otel_scope_name="M"} 7
            farm_any_count{otel_scope_name="M"} 1

            """,
        openMetrics: null);

    [Fact]
    public Task Labels_OfAnything_StayInsideTheirQuotes() => BecomesAsync(
        meter => meter.CreateCounter<long>("farm.hostile").Add(
            1, new("html", "<b title=\"x\">&amp;</b>"), new("lines", "one\ntwo\\"), new("nul", "a\0b"), new("flag", true), new("number", 1.5), new("nothing", null), new("bad name", 1), new("bad-name", 2)),
        text: """
            # TYPE farm_hostile_total counter
            farm_hostile_total{otel_scope_name="M",bad_name="1;2",flag="true",html="<b title=\"x\">&amp;</b>",lines="one\ntwo\\",nothing="",nul="a�b",number="1.5"} 1

            """,
        openMetrics: null);

    [Fact]
    public async Task ScopeAndResource_AreLabels()
    {
        var resource = ResourceBuilder.CreateEmpty().AddAttributes([new("service.name", "farm \"1\""), new("service.version", "0.1.0")]);
        using var exposition = new Exposition("1.2.3", resource, new KeyValuePair<string, object?>("node.kind", "big"), new KeyValuePair<string, object?>("name", "ignored"));
        exposition.Meter.CreateCounter<long>("farm.pages").Add(1);

        var text = await exposition.ReadAsync(PrometheusFormat.Text);
        var openMetrics = await exposition.ReadAsync(PrometheusFormat.OpenMetrics);

        text.Should().Be(Lines("""
            # TYPE target_info gauge
            # HELP target_info Target metadata
            target_info{service_name="farm \"1\"",service_version="0.1.0"} 1
            # TYPE farm_pages_total counter
            farm_pages_total{otel_scope_name="M",otel_scope_version="1.2.3",otel_scope_node_kind="big"} 1

            """));
        openMetrics.Should().StartWith(Lines("""
            # TYPE target info
            # HELP target Target metadata
            target_info{service_name="farm \"1\"",service_version="0.1.0"} 1
            # TYPE farm_pages counter

            """));
    }

    [Fact]
    public async Task SameName_OfTwoMeters_IsOneFamily_AndOfAnotherKindLeftOut()
    {
        using var provider = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(ResourceBuilder.CreateEmpty())
            .AddMeter("one", "two", "three").AddPrometheusExporter().Build();
        using Meter one = new("one"), two = new("two"), three = new("three");
        one.CreateCounter<long>("same.name").Add(1);
        three.CreateGauge<long>("same.name.total").Record(9);
        one.CreateCounter<long>("other").Add(1);
        two.CreateCounter<long>("same_name").Add(2);

        var collected = await PrometheusExporterExtensions.ExporterOf(provider).CollectAsync();

        Encoding.UTF8.GetString(collected.Text.Span).Should().Be(Lines("""
            # TYPE same_name_total counter
            same_name_total{otel_scope_name="one"} 1
            same_name_total{otel_scope_name="two"} 2
            # TYPE other_total counter
            other_total{otel_scope_name="one"} 1

            """));
    }

    private static async Task BecomesAsync(Action<Meter> measure, string text, string? openMetrics)
    {
        using var exposition = new Exposition();

        measure(exposition.Meter);

        (await exposition.ReadAsync(PrometheusFormat.Text)).Should().Be(Lines(text));
        if (openMetrics is not null)
            (await exposition.ReadAsync(PrometheusFormat.OpenMetrics)).Should().Be(Lines(openMetrics));
    }

    private static string Lines(string text) => text.ReplaceLineEndings("\n");
}
