using System.Text.RegularExpressions;

namespace TestKit;

/// <summary><c>farm serve</c> as a process, on a free port of this machine, without the sandbox and with every address allowed.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private ServiceProcess(FarmProcess farm, Uri url) => (Farm, Url) = (farm, url);

    public FarmProcess Farm { get; }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri Url { get; }

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="folder">Its working folder; its data are in <c>service</c> in it.</param>
    /// <param name="more">Further options.</param>
    public static async Task<ServiceProcess> StartAsync(string folder, string[]? more = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var farm = Begin(folder, more, environment);
        await Eventually.HoldsAsync(() => Address().IsMatch(farm.Output) || farm.HasEnded, Bounds.Medium, "it says where it listens");
        return Address().Match(farm.Output) is { Success: true } match
            ? new ServiceProcess(farm, new Uri(match.Value))
            : throw new InvalidOperationException($"The service ended: {(await farm.EndAsync(Bounds.Short)).Errors}");
    }

    /// <summary>Starts it without waiting: for what is to fail.</summary>
    public static FarmProcess Begin(string folder, string[]? more = null, IReadOnlyDictionary<string, string?>? environment = null) => FarmProcess.StartWith(
        "dotnet", folder, [FarmProcess.ProgramPath, "serve", "--data", "service", "--urls", "http://127.0.0.1:0", "--no-sandbox", "--allow-private-network", .. more ?? []], environment);

    public ValueTask DisposeAsync() => Farm.DisposeAsync();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
