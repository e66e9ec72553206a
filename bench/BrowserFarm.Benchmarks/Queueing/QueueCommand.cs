using System.CommandLine;

namespace BrowserFarm.Benchmarks.Queueing;

/// <summary><c>./farm bench queue</c>: the durable queue, full.</summary>
internal static class QueueCommand
{
    public static Command Create()
    {
        var jobs = new Option<int>("--jobs") { Description = "Queued jobs.", DefaultValueFactory = _ => 1_000_000, HelpName = "N" };
        var targets = new Option<int>("--targets") { Description = "Targets they are spread over; the first has a fifth of them.", DefaultValueFactory = _ => 10_000, HelpName = "N" };
        foreach (var option in new[] { jobs, targets })
        {
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() < 100)
                    result.AddError($"{option.Name} must be at least 100.");
            });
        }

        var command = new Command("queue", "The queue on SQLite, durable: bulk submission, claims, claims among blocked targets, memory, and opening it again.") { jobs, targets };
        command.SetAction(async (line, cancellationToken) =>
        {
            Console.Out.WriteLine(await new QueueBenchmark(line.GetValue(jobs), line.GetValue(targets)).RunAsync(cancellationToken));
            return 0;
        });
        return command;
    }
}
