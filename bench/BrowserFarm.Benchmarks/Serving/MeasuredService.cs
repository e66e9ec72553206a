using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TestKit;

namespace BrowserFarm.Benchmarks.Serving;

/// <summary>The program as a service, in a process of its own, and how to ask it.</summary>
internal sealed class MeasuredService : IAsyncDisposable
{
    /// <summary>Pages open at once.</summary>
    public const int Concurrency = 6;

    private const int MaxPages = 10_000_000;

    private readonly ServiceProcess _process;

    private MeasuredService(ServiceProcess process)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = process.Url };
    }

    public Uri Url => _process.Url;

    public HttpClient Client { get; }

    /// <summary>Processor time of the service alone, without driver and browser.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            using var process = Process.GetProcessById(_process.Farm.Pid);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The most memory that the service alone ever held, in bytes (<c>VmHWM</c>, proc(5)).</summary>
    public long PeakBytes => File.ReadLines($"/proc/{_process.Farm.Pid}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
        .Single();

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<MeasuredService> StartAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var service = new MeasuredService(await ServiceProcess.StartAsync(folder, ["--concurrency", $"{Concurrency}"]));
        while (true)
        {
            using var answer = await service.Client.GetAsync("/readyz", cancellationToken);
            if (answer.IsSuccessStatusCode)
                return service;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Begins a crawl of just these pages.</summary>
    /// <param name="more">Further properties of the crawl.</param>
    public Task BeginAsync(string name, IEnumerable<string> urls, object more, CancellationToken cancellationToken)
    {
        var crawl = JsonSerializer.SerializeToNode(more)!.AsObject();
        crawl["name"] = name;
        crawl["urls"] = new JsonArray([.. urls.Select(url => JsonValue.Create(url))]);
        crawl["maxPages"] = MaxPages;
        crawl["maxDepth"] = 0;
        crawl["ignoreRobots"] = true;
        return PostAsync("/v1/crawls", crawl, cancellationToken);
    }

    public async Task PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await Client.PostAsJsonAsync(path, body, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }
}
