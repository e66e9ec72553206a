using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TestKit;

namespace BrowserFarm.IntegrationTests.Diagnostics;

/// <summary>A real Prometheus that scrapes one program of this machine five times a second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly Process _process;
    private readonly HttpClient _client;

    private PrometheusServer(TempFolder folder, Process process, HttpClient client)
    {
        _folder = folder;
        _process = process;
        _client = client;
    }

    /// <param name="port">Of the program, on 127.0.0.1.</param>
    public static async Task<PrometheusServer> StartAsync(int port)
    {
        var folder = new TempFolder();
        var own = FreePort();
        await File.WriteAllTextAsync(folder.Combine("prometheus.yml"), $"""
            global: {"{"} scrape_interval: 200ms, scrape_timeout: 200ms {"}"}
            scrape_configs:
              - job_name: browserfarm
                static_configs: [{"{"} targets: ["127.0.0.1:{port}"] {"}"}]
            """);
        var process = Start("prometheus", [
            $"--config.file={folder.Path}/prometheus.yml", $"--storage.tsdb.path={folder.Path}/data", $"--web.listen-address=127.0.0.1:{own}", "--log.level=error"]);
        return new PrometheusServer(folder, process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{own}/api/v1/") });
    }

    /// <summary>Runs one of its programs.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, string input = "")
    {
        using var process = Start(program, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Bounds.Medium);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output + await error);
    }

    /// <returns>The single value that the query comes to; null when it comes to none or many.</returns>
    public async Task<double?> AskAsync(string query)
    {
        try
        {
            using var answer = JsonDocument.Parse(await _client.GetStringAsync("query?query=" + Uri.EscapeDataString(query)));
            var results = answer.RootElement.GetProperty("data").GetProperty("result");
            return results.GetArrayLength() == 1 ? double.Parse(results[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture) : null;
        }
        catch (HttpRequestException)
        {
            return null;   // not up yet
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private static Process Start(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
