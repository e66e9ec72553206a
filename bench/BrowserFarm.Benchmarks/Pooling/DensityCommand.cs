using System.CommandLine;
using System.Text.Json;

namespace BrowserFarm.Benchmarks.Pooling;

/// <summary>The part of the density benchmark that runs inside the control group, as a program of its own; prints one line of JSON.</summary>
internal static class DensityCommand
{
    public const string Name = "density-inside";

    public static Command Create()
    {
        var measure = new Option<bool>("--measure");
        var command = new Command(Name) { measure };
        command.Hidden = true;
        command.SetAction(async (line, cancellationToken) =>
        {
            var found = await new DensityRun(line.GetValue(measure)).RunAsync(cancellationToken);
            Console.Out.WriteLine(JsonSerializer.Serialize(found));
            return 0;
        });
        return command;
    }
}
