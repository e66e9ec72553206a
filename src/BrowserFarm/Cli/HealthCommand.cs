using System.CommandLine;
using System.Net;

namespace BrowserFarm.Cli;

/// <summary><c>farm health</c>: asks a service whether it lives, for health checks in a container that has no other client for HTTP.</summary>
internal static class HealthCommand
{
    /// <summary>A service that lives answers in milliseconds; whoever asks gives up by itself after some seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var url = new Option<string>("--url")
        {
            Description = "Where the service is (default FARM_URL, else http://127.0.0.1:8080).",
            HelpName = "URL",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("FARM_URL") is { Length: > 0 } given ? given : "http://127.0.0.1:8080",
        };
        var ready = new Option<bool>("--ready") { Description = "Ask whether it can take work, too." };
        var command = new Command("health", "Tells whether a service answers: exit code 0, or 1.") { url, ready };
        command.SetAction((line, cancellationToken) => AskAsync(line.GetRequiredValue(url), line.GetValue(ready) ? "readyz" : "healthz", cancellationToken));
        return command;
    }

    private static async Task<int> AskAsync(string url, string path, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate($"{url.TrimEnd('/')}/{path}", UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new FormatException($"--url is '{url}', but must be like http://127.0.0.1:8080.");

        // No proxy: it is this machine that is asked, or one beside it.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(address, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
                return ExitCode.Ok;
            await Console.Error.WriteLineAsync($"{address} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            await Console.Error.WriteLineAsync($"{address} does not answer: {exception.Message}");
        }

        return ExitCode.Unexpected;
    }
}
