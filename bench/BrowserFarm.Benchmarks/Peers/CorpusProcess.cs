using System.Diagnostics;
using System.Globalization;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>A running <see cref="CorpusCommand"/>.</summary>
internal sealed class CorpusProcess : IAsyncDisposable
{
    private readonly Process _process;

    private CorpusProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <param name="latency">Before every response.</param>
    public static async Task<CorpusProcess> StartAsync(string folder, TimeSpan latency, CancellationToken cancellationToken)
    {
        string[] arguments = [typeof(CorpusProcess).Assembly.Location, CorpusCommand.Name, "--folder", folder, "--latency", latency.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)];
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return new CorpusProcess(process, new Uri(line ?? throw new InvalidOperationException("The server of the corpus did not start.")));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
