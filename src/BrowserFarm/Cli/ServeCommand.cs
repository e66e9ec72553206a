using System.CommandLine;
using BrowserFarm.Api;
using BrowserFarm.Api.Access;
using BrowserFarm.Hosting;
using BrowserFarm.Workers;

namespace BrowserFarm.Cli;

/// <summary><c>farm serve</c>: the service, until it is told to stop.</summary>
internal sealed class ServeCommand
{
    private readonly Option<string> _data = new("--data") { Description = "The service's folder: its database and files (default ./farm-data/service).", HelpName = "DIR", DefaultValueFactory = _ => "farm-data/service" };

    private readonly Option<string[]> _urls = new("--urls")
    {
        Description = "Where to listen, for example http://127.0.0.1:8080 (the default); several are separated by ; or given again.",
        HelpName = "URL",
    };

    private readonly Option<string?> _tokens = new("--tokens") { Description = "File of the tokens that clients need (docs/access.md); without one the service listens on this machine only.", HelpName = "FILE" };

    private readonly Option<string?> _limits = new("--limits") { Description = "File of limits for single sites and for all (docs/operating.md); read again when it changes.", HelpName = "FILE" };

    private readonly Option<string[]> _hosts = new("--allow-host") { Description = "A name by which the service may be asked, besides localhost: farm.example.org, *.example.org, or * for any; may be repeated.", HelpName = "NAME" };

    private readonly Option<bool> _private = new("--allow-private-network") { Description = "Let clients have pages read that are not on the public internet: of this machine, its networks, cloud metadata." };

    private readonly Option<string[]> _addresses = new("--allow-address") { Description = "Let clients have these read although they are not public: a name, *.suffix, an address or a range, each with :PORT if wanted; may be repeated.", HelpName = "WHAT" };

    private readonly Option<int?> _concurrency = CrawlOptions.Number("--concurrency", 1, 1_000, "Pages open at once (default: what memory and processor allow).");

    private readonly Option<bool> _targetMetrics = new("--target-metrics") { Description = "Give the 20 busiest sites gauges of their own at /metrics, by name." };

    private readonly ServeLogging _logging = new();

    private readonly CommonOptions _common = new();

    public static Command Create()
    {
        var serve = new ServeCommand();
        var command = new Command("serve", "Runs the service: a queue of crawls and pages, asked for over HTTP.")
        {
            serve._data, serve._urls, serve._tokens, serve._limits, serve._hosts, serve._private, serve._addresses, serve._concurrency, serve._targetMetrics, serve._logging.Format,
        };
        serve._common.AddTo(command);
        command.SetAction(serve.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var options = OptionsFrom(line);
        if (options.Mistakes().ToList() is { Count: > 0 } mistakes)
            throw new FormatException(string.Join('\n', mistakes));
        CheckSandbox(_common.Load(line));

        await using var server = ApiServer.Build(options, () => _common.Load(line), TimeProvider.System);
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signals = new StopSignals(() => stop.TrySetResult(), server.StopNow);
        await server.StartAsync(cancellationToken);
        foreach (var url in server.Urls)
            await Console.Out.WriteLineAsync($"The service is at {url}{(options.TokensFile is null ? ", open to every program on this machine (no --tokens were given)" : "")}. Ctrl-C stops it.");

        await using (server.Stopping.Register(() => stop.TrySetResult()))
            await stop.Task;
        await server.StopAsync();
        server.ThrowIfBroken();
        return ExitCode.Ok;
    }

    private ServeOptions OptionsFrom(ParseResult line)
    {
        var addresses = new AddressOptions { AllowPrivateNetwork = line.GetValue(_private) };
        foreach (var address in line.GetValue(_addresses) ?? [])
            addresses.AllowedAddresses.Add(address);
        var given = (line.GetValue(_urls) ?? []).SelectMany(urls => urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        var options = new ServeOptions
        {
            DataFolder = line.GetValue(_data)!,
            TokensFile = line.GetValue(_tokens),
            LimitsFile = line.GetValue(_limits),
            AllowedHosts = line.GetValue(_hosts) ?? [],
            Addresses = addresses,
            Farm = new FarmOptions { Workers = line.GetValue(_concurrency) },
            TargetMetrics = line.GetValue(_targetMetrics),
            Logging = _logging.From(line),
        };
        return given.Count == 0 ? options : options with { Urls = [.. given.Select(UrlOf)] };
    }

    /// <summary>Also as ASP.NET writes it: <c>http://*:8080</c>, <c>http://+:8080</c>.</summary>
    private static Uri UrlOf(string text) =>
        Uri.TryCreate(text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var url)
            ? url
            : throw new FormatException($"--urls is '{text}', but must be like http://127.0.0.1:8080.");

    /// <summary>A service reads pages that others choose: not without a sandbox unless somebody says so.</summary>
    private static void CheckSandbox(PlaywrightConfig config)
    {
        if (!config.Launch.UsesSandbox && config.Launch.Sandbox == ContextPool.Browsers.SandboxMode.Auto)
            throw new FormatException("As root Chromium has no sandbox, and a service reads pages that others choose. Run it as another user, or give --no-sandbox if every page is to be trusted.");
        CommonOptions.CheckBrowser(config);
    }
}
