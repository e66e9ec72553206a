using System.CommandLine;
using BrowserFarm.Demo;

namespace BrowserFarm.Cli;

/// <summary><c>farm demo</c>: the demo shop, to look at or to crawl from elsewhere.</summary>
internal static class DemoCommand
{
    public const int UsualPort = 8471;

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = $"Port on 127.0.0.1 (default {UsualPort}).", HelpName = "N", DefaultValueFactory = _ => UsualPort };
        var products = new Option<int>("--products") { Description = "Products in the shop (default 48).", HelpName = "N", DefaultValueFactory = _ => new DemoSiteOptions().Products };
        port.Validators.Add(result => RequireRange(result, port.Name, 0, 65_535));
        products.Validators.Add(result => RequireRange(result, products.Name, 1, 100_000));

        var command = new Command("demo", "Serves the demo shop on this machine until Ctrl-C.") { port, products };
        command.SetAction((line, cancellationToken) => ServeAsync(line.GetValue(port), line.GetValue(products), cancellationToken));
        return command;
    }

    /// <summary>The demo shop on its usual port, or on a free one when that is taken.</summary>
    public static async Task<DemoSite> StartAnywhereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await DemoSite.StartAsync(new DemoSiteOptions { Port = UsualPort }, TimeProvider.System, cancellationToken);
        }
        catch (PortInUseException)
        {
            return await DemoSite.StartAsync(new DemoSiteOptions(), TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<int> ServeAsync(int port, int products, CancellationToken cancellationToken)
    {
        await using var site = await DemoSite.StartAsync(new DemoSiteOptions { Port = port, Products = products }, TimeProvider.System, cancellationToken);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signals = new StopSignals(() => stopped.TrySetResult(), () => stopped.TrySetResult());
        await Console.Out.WriteLineAsync($"The demo shop is at {site.BaseUri} (Ctrl-C ends it).");
        await stopped.Task;
        return ExitCode.Ok;
    }

    private static void RequireRange(System.CommandLine.Parsing.OptionResult result, string name, int least, int most)
    {
        if (result.Errors.Any() || result.GetValueOrDefault<int>() is var number && number >= least && number <= most)
            return;

        result.AddError($"{name} is {number}, but must be from {least} to {most}.");
    }
}
