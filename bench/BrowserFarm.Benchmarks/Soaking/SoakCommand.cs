using System.CommandLine;
using TestKit;

namespace BrowserFarm.Benchmarks.Soaking;

/// <summary><c>./farm soak</c>: options in, table out, exit code 1 when a place was lost or a process left.</summary>
internal static class SoakCommand
{
    private static readonly string[] HostileKinds = [.. Enum.GetNames<HostileKind>().Where(name => name != nameof(HostileKind.Ordinary)).Select(name => name.ToLowerInvariant())];

    public static Command Create()
    {
        var minutes = new Option<double?>("--minutes") { Description = "Take new leases for so long; fractions are possible.", HelpName = "M" };
        var leases = new Option<int?>("--leases") { Description = "Take so many leases (default 300 when --minutes is not given).", HelpName = "N" };
        var hostile = new Option<int>("--hostile") { Description = "Share of the leases that meet a hostile page.", HelpName = "PERCENT", DefaultValueFactory = _ => 20 };
        var concurrency = new Option<int>("--concurrency") { Description = "Leases held at once.", HelpName = "C", DefaultValueFactory = _ => 4 * Environment.ProcessorCount };
        var seed = new Option<int>("--seed") { Description = "Chooses the pages; the same seed, the same order.", HelpName = "S", DefaultValueFactory = _ => 1 };
        var hold = new Option<int>("--hold") { Description = "Seconds a lease is held at most.", HelpName = "SECONDS", DefaultValueFactory = _ => 20 };
        var kinds = new Option<HostileKind[]>("--kind") { Description = $"Meet only hostile pages of this kind ({string.Join(", ", HostileKinds)}); may be given again.", HelpName = "KIND" };
        var fast = new Option<bool>("--fast") { Description = "Heartbeats every 500 ms and T_kill 3 to 10 s, so that ten thousand leases take about an hour on two cores." };
        kinds.AcceptOnlyFromAmong(HostileKinds);
        AllowOnly(minutes, 0.1, 10_000);
        AllowOnly(leases, 1, 10_000_000);
        AllowOnly(hostile, 0, 100);
        AllowOnly(concurrency, 1, 1_000);
        AllowOnly(hold, 1, 3_600);

        var command = new Command("soak", "Wear the pool down with hostile pages, and count what does not come back.") { minutes, leases, hostile, concurrency, seed, hold, kinds, fast };
        command.SetAction(async (line, cancellationToken) =>
        {
            var options = new SoakOptions(
                line.GetValue(minutes), line.GetValue(leases) ?? (line.GetValue(minutes) is null ? 300 : null), line.GetValue(hostile),
                line.GetValue(concurrency), line.GetValue(seed), line.GetValue(fast),
                line.GetValue(kinds) ?? [], TimeSpan.FromSeconds(line.GetValue(hold)));
            var result = await new SoakRun(options).RunAsync(cancellationToken);
            Console.Out.Write(SoakReport.Print(options, result));
            return result.IsClean ? 0 : 1;
        });
        return command;
    }

    private static void AllowOnly<T>(Option<T> option, double least, double most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && result.GetValueOrDefault<T>() is IConvertible value && Convert.ToDouble(value) is var number && (number < least || number > most))
            result.AddError($"{option.Name} must be from {least:0.##} to {most:0.##}.");
    });
}
