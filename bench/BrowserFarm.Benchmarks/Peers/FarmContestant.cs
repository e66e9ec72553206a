using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TestKit;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>The farm as its users run it: <c>farm serve</c> in a process of its own, asked over HTTP, every page durable before it is answered for.</summary>
/// <param name="findsConcurrency">It is told no number, and finds out itself how many pages to open at once.</param>
internal sealed class FarmContestant(string name, FarmMode mode, bool findsConcurrency = false) : IContestant
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public string Name => name;

    public async Task<RoundResult> ReadAsync(RoundPlan plan, RoundMeter meter, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Bound);
        await using var service = await ServiceProcess.StartAsync(plan.Folder, ["--log", "off", .. Settings(plan)]);
        using var client = new HttpClient { BaseAddress = service.Url };
        await UntilAsync(async () =>
        {
            using var answer = await client.GetAsync("/readyz", late.Token);
            return answer.IsSuccessStatusCode;
        }, late.Token);
        var reading = new FarmReading(client, plan.AnySelector);

        if (mode == FarmMode.Fresh)
            await reading.EndAsync(await reading.SubmitAloneAsync(plan.WarmUp, late.Token), late.Token);
        else
            await reading.CrawlAsync("warm-up", mode == FarmMode.Frameless ? plan.Proof : plan.WarmUp, late.Token);

        meter.Begin(service.Farm.Pid);
        var began = Stopwatch.GetTimestamp();
        IReadOnlyList<long> jobs = [];
        if (mode == FarmMode.Fresh)
            await reading.EndAsync(jobs = await reading.SubmitAloneAsync(plan.Pages, late.Token), late.Token);
        else
            await reading.CrawlAsync("measured", plan.Pages, late.Token);
        var took = Stopwatch.GetElapsedTime(began);
        await meter.EndAsync();

        var pages = mode == FarmMode.Fresh ? await reading.ResultsAsync(jobs, late.Token) : await reading.ResultsAsync("measured", late.Token);
        Signal.Terminate(service.Farm.Pid);
        await service.Farm.EndAsync(Bounds.Long);
        return new RoundResult(took, pages);
    }

    /// <summary>The work and the patience of everybody else: until loaded and the selector matches, 30 s, nothing left out; and of the site as many pages at once as are open.</summary>
    private string[] Settings(RoundPlan plan)
    {
        var (config, limits) = (Path.Join(plan.Folder, "peers.config.json"), Path.Join(plan.Folder, "limits.json"));
        File.WriteAllText(config, new JsonObject
        {
            ["launch"] = new JsonObject { ["executablePath"] = plan.Browser, ["args"] = new JsonArray("--disable-dev-shm-usage") },
            ["navigation"] = new JsonObject { ["waitUntil"] = "load", ["timeoutMs"] = 30_000, ["actionTimeoutMs"] = 30_000, ["settleTimeoutMs"] = 30_000, ["frameless"] = mode == FarmMode.Frameless },
            ["block"] = new JsonObject { ["resourceTypes"] = new JsonArray() },
        }.ToJsonString());
        if (findsConcurrency)
            return ["--config", config];

        File.WriteAllText(limits, new JsonObject { ["target"] = new JsonObject { ["max"] = plan.Concurrency, ["start"] = plan.Concurrency } }.ToJsonString());
        return ["--config", config, "--limits", limits, "--concurrency", $"{plan.Concurrency}"];
    }

    internal static async Task UntilAsync(Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        while (!await holds())
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
    }
}

/// <summary>How the farm reads the pages.</summary>
internal enum FarmMode
{
    /// <summary>Every page is a job of its own, and so gets a context of its own.</summary>
    Fresh,

    /// <summary>All are one crawl, whose ordinary tabs are navigated on.</summary>
    Warm,

    /// <summary>The same in tabs that draw nothing, after an earlier crawl has proven that the pages are the same there.</summary>
    Frameless,
}

/// <summary>What is asked of the service.</summary>
internal sealed class FarmReading(HttpClient client, string selector)
{
    private object Page => new { formats = new[] { "html" }, waitFor = selector };

    /// <summary>One crawl of these pages and no others, to its end.</summary>
    public async Task CrawlAsync(string name, IReadOnlyList<CorpusPage> pages, CancellationToken cancellationToken)
    {
        await PostAsync("/v1/crawls", new { name, urls = pages.Select(page => page.Url), maxPages = pages.Count, maxDepth = 0, ignoreRobots = true, trapLimit = 0, page = Page }, cancellationToken);
        await FarmContestant.UntilAsync(async () => (await JsonAsync($"/v1/crawls/{name}", cancellationToken)).GetProperty("state").GetString() == "finished", cancellationToken);
    }

    /// <summary>A job for every page.</summary>
    /// <returns>Their numbers.</returns>
    public async Task<IReadOnlyList<long>> SubmitAloneAsync(IReadOnlyList<CorpusPage> pages, CancellationToken cancellationToken)
    {
        var jobs = new List<long>();
        foreach (var page in pages)
            jobs.Add((await PostAsync("/v1/jobs", new { url = page.Url, ignoreRobots = true, page = Page }, cancellationToken)).GetProperty("id").GetInt64());
        return jobs;
    }

    public async Task EndAsync(IReadOnlyList<long> jobs, CancellationToken cancellationToken)
    {
        foreach (var job in jobs)
            await FarmContestant.UntilAsync(async () => (await JsonAsync($"/v1/jobs/{job}", cancellationToken)).GetProperty("state").GetString() is "succeeded" or "failed", cancellationToken);
    }

    public async Task<IReadOnlyList<ReadPage>> ResultsAsync(string crawl, CancellationToken cancellationToken)
    {
        var lines = await client.GetStringAsync($"/v1/crawls/{crawl}/results?format=ndjson&limit=100000", cancellationToken);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Read(JsonSerializer.Deserialize<JsonElement>(line)))];
    }

    public async Task<IReadOnlyList<ReadPage>> ResultsAsync(IReadOnlyList<long> jobs, CancellationToken cancellationToken)
    {
        var pages = new List<ReadPage>();
        foreach (var job in jobs)
        {
            using var answer = await client.GetAsync($"/v1/jobs/{job}/result", cancellationToken);
            if (answer.IsSuccessStatusCode)
                pages.Add(Read(await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)));
        }

        return pages;
    }

    private static ReadPage Read(JsonElement result) => new(
        result.GetProperty("url").GetString()!, result.GetProperty("html").GetString()!, [.. result.GetProperty("links").EnumerateArray().Select(link => link.GetProperty("url").GetString()!)]);

    private async Task<JsonElement> JsonAsync(string path, CancellationToken cancellationToken) => await client.GetFromJsonAsync<JsonElement>(path, cancellationToken);

    private async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await client.PostAsJsonAsync(path, body, cancellationToken);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
            : throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
