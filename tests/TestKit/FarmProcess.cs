using System.Diagnostics;
using System.Text;

namespace TestKit;

/// <summary>The program as a process, as a person or a scheduler runs it.</summary>
public sealed class FarmProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Lock _gate = new();
    private readonly Task _reading;

    private FarmProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    /// <summary>The published program: <c>BROWSERFARM_APP</c> when set, else what the test build put beside the sources.</summary>
    public static string ProgramPath { get; } = Environment.GetEnvironmentVariable("BROWSERFARM_APP") is { Length: > 0 } published
        ? Path.Join(published, "BrowserFarm.dll")
        : Path.Join(RepositoryRoot.Path, "src/BrowserFarm/bin/Release/net10.0/BrowserFarm.dll");

    public int Pid => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>What it wrote to its output so far.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return _output.ToString();
        }
    }

    /// <summary>What it wrote to its error output so far.</summary>
    public string Errors
    {
        get
        {
            lock (_gate)
                return _errors.ToString();
        }
    }

    /// <summary>Starts the program.</summary>
    /// <param name="folder">Its working folder.</param>
    public static FarmProcess Start(string folder, params string[] arguments) => StartWith("dotnet", folder, [ProgramPath, .. arguments]);

    /// <summary>Starts the program through another, such as <c>setpriv</c> or <c>sh</c>.</summary>
    public static FarmProcess StartWith(string command, string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{command} did not start.");
        process.StandardInput.Close();
        return new FarmProcess(process);
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<FarmResult> RunAsync(string folder, params string[] arguments)
    {
        await using var farm = Start(folder, arguments);
        return await farm.EndAsync(Bounds.Long);
    }

    /// <summary>Waits until it ends.</summary>
    public async Task<FarmResult> EndAsync(TimeSpan bound)
    {
        using var late = new CancellationTokenSource(bound);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            await _reading.WaitAsync(late.Token);
        }
        catch (OperationCanceledException cancelled)
        {
            throw new TimeoutException($"The program did not end within {bound.TotalSeconds:0} s. Output:\n{Output}\nErrors:\n{Errors}", cancelled);
        }

        return new FarmResult(_process.ExitCode, Output, Errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal.Kill(_process.Id);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader from, StringBuilder to)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer) is > 0 and var length)
        {
            lock (_gate)
                to.Append(buffer, 0, length);
        }
    }
}

/// <summary>How a run of the program ended.</summary>
public sealed record FarmResult(int ExitCode, string Output, string Errors);
