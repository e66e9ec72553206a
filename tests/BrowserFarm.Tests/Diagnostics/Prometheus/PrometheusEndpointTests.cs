using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BrowserFarm.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using TestKit;

namespace BrowserFarm.Tests.Diagnostics.Prometheus;

[Collection(nameof(ListensToAllFarms))]
public sealed class PrometheusEndpointTests
{
    [Fact]
    public async Task Get_TheFarm_TellsOfItOfThePoolAndOfTheRuntime()
    {
        await using var server = await MetricsServer.StartFarmAsync();
        server.Services.GetRequiredService<FarmMetrics>().Show(SampleFarm.Gauges);
        using var pool = new Meter("ContextPool");
        pool.CreateCounter<long>("browserfarm.pool.leases").Add(1);

        using var response = await server.GetAsync();

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.GetValues("Content-Type").Should().Equal("text/plain; version=0.0.4; charset=utf-8");
        var text = await response.Content.ReadAsStringAsync();
        text.Should().Contain("browserfarm_ready{otel_scope_name=\"BrowserFarm\"} 1\n").And.Contain("browserfarm_pool_leases_total{")
            .And.Contain("\ndotnet_process_memory_working_set_bytes{").And.MatchRegex("target_info\\{[^\n]*service_name=\"browserfarm\"[^\n]*\\} 1\n").And.NotContain("# EOF");
    }

    [Fact]
    public async Task Get_OpenMetrics_SaysSoAndEnds()
    {
        await using var server = await MetricsServer.StartFarmAsync();

        using var response = await server.GetAsync("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");

        response.Content.Headers.GetValues("Content-Type").Single().Should().StartWith("application/openmetrics-text; version=1.0.0; charset=utf-8");
        (await response.Content.ReadAsStringAsync()).Should().EndWith("\n# EOF\n").And.Contain("# UNIT browserfarm_queue_drain_seconds seconds\n");
    }

    [Fact]
    public async Task Head_IsAnsweredWithoutABody_AndPostNotAtAll()
    {
        await using var server = await MetricsServer.StartFarmAsync();

        using var head = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/metrics"));
        using var post = await server.Client.PostAsync("/metrics", content: null);

        head.Content.Headers.ContentLength.Should().BePositive();
        post.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task CollectAsync_SeveralAtOnce_ShareOneCollection()
    {
        using var exposition = new Exposition();
        using var held = new ManualResetEventSlim();
        var collections = 0;
        exposition.Meter.CreateObservableGauge("collections", () =>
        {
            held.Wait(Bounds.Short);
            return Interlocked.Increment(ref collections);
        });

        var scrapes = Enumerable.Range(0, 20).Select(_ => exposition.Exporter.CollectAsync()).ToList();
        held.Set();
        var answers = await Task.WhenAll(scrapes).WaitAsync(Bounds.Short);

        collections.Should().Be(1);
        answers.Distinct().Should().ContainSingle();
        await exposition.Exporter.CollectAsync();
        collections.Should().Be(2, "who comes later gets what is true then");
    }

    [Fact]
    public async Task Get_ManyAtOnceInBothFormats_AllGetWholeAnswers()
    {
        await using var server = await MetricsServer.StartFarmAsync();

        var texts = await Task.WhenAll(Enumerable.Range(0, 40).Select(async number =>
        {
            using var response = await server.GetAsync(number % 2 == 0 ? "application/openmetrics-text" : null);
            return (IsOpenMetrics: number % 2 == 0, Text: await response.Content.ReadAsStringAsync());
        }));

        texts.Should().OnlyContain(answer => answer.Text.EndsWith("# EOF\n", StringComparison.Ordinal) == answer.IsOpenMetrics && answer.Text.Contains("\nbrowserfarm_ready{"));
    }

    [Fact]
    public async Task Get_ClientThatDoesNotRead_HoldsUpNobody()
    {
        await using var server = await MetricsServer.StartFarmAsync();
        using var pool = new Meter("ContextPool");
        var large = pool.CreateCounter<long>("browserfarm.pool.large");
        for (var i = 0; i < 1500; i++)
            large.Add(1, new KeyValuePair<string, object?>("text", $"{i} {new string('x', 8000)}"));
        using var deaf = new TcpClient { ReceiveBufferSize = 4096 };
        await deaf.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port);
        await deaf.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /metrics HTTP/1.1\r\nHost: farm\r\n\r\n"));
        await deaf.GetStream().ReadExactlyAsync(new byte[100]);

        for (var i = 0; i < 3; i++)
        {
            using var response = await server.GetAsync().WaitAsync(Bounds.Short);
            response.Content.Headers.ContentLength.Should().BeGreaterThan(12_000_000);
        }
    }

    [Fact]
    public async Task Get_GaugeThatFails_LeavesTheOthers()
    {
        await using var server = await MetricsServer.StartFarmAsync();
        using var pool = new Meter("ContextPool");
        pool.CreateObservableGauge<long>("browserfarm.pool.broken", long () => throw new InvalidOperationException("broken"));

        using var response = await server.GetAsync();

        (await response.Content.ReadAsStringAsync()).Should().Contain("browserfarm_ready").And.NotContain("pool_broken{");
    }

    [Fact]
    public async Task Get_AfterTheProviderIsGone_Is500()
    {
        await using var server = await MetricsServer.StartFarmAsync();
        server.Services.GetRequiredService<MeterProvider>().Dispose();

        using var response = await server.GetAsync();

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Map_WithoutTheExporter_SaysWhatIsMissing()
    {
        using var provider = OpenTelemetry.Sdk.CreateMeterProviderBuilder().Build();

        var start = () => MetricsServer.StartAsync(services => services.AddSingleton(provider));

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*AddPrometheusExporter*");
    }

    [Fact]
    public async Task AddFarmMetrics_HostStops_DisposesTheProvider()
    {
        var server = await MetricsServer.StartFarmAsync();
        var metrics = server.Services.GetRequiredService<FarmMetrics>();
        var exporter = BrowserFarm.Diagnostics.Prometheus.PrometheusExporterExtensions.ExporterOf(server.Services.GetRequiredService<MeterProvider>());
        await exporter.CollectAsync();

        await server.DisposeAsync();

        metrics.Invoking(gone => gone.LimitCut()).Should().NotThrow("late counts are not the stop's problem");
        await exporter.Awaiting(gone => gone.CollectAsync()).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task AddFarmMetrics_WithAnOtlpEndpoint_SendsWhatWasCountedBeforeItStops()
    {
        await using var collector = await TestSite.StartAsync(CancellationToken.None);
        collector.Map("/v1/metrics", context =>
        {
            context.Response.ContentType = "application/x-protobuf";
            return Task.CompletedTask;
        });
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.BaseUri.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        foreach (var (name, value) in variables)
            Environment.SetEnvironmentVariable(name, value);

        try
        {
            await using var server = await MetricsServer.StartFarmAsync();
            server.Services.GetRequiredService<FarmMetrics>().LimitCut();
        }
        finally
        {
            foreach (var name in variables.Keys)
                Environment.SetEnvironmentVariable(name, null);
        }

        collector.VisitsTo("/v1/metrics").Should().BePositive();
    }
}
