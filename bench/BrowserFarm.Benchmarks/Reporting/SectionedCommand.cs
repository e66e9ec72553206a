using System.CommandLine;

namespace BrowserFarm.Benchmarks.Reporting;

/// <summary>A command that measures several things one after the other, or one of them.</summary>
internal static class SectionedCommand
{
    /// <param name="sections">Each returns its part of the report.</param>
    public static Command Create(string name, string description, (string Name, Func<CancellationToken, Task<string>> Run)[] sections)
    {
        var only = new Option<string?>("--only") { Description = "One section instead of all.", HelpName = string.Join('|', sections.Select(section => section.Name)) };
        only.AcceptOnlyFromAmong([.. sections.Select(section => section.Name)]);
        var command = new Command(name, description) { only };
        command.SetAction(async (line, cancellationToken) =>
        {
            foreach (var (section, run) in sections.Where(section => line.GetValue(only) is null || line.GetValue(only) == section.Name))
            {
                await Console.Error.WriteLineAsync($"bench: {section}...");
                Console.Out.WriteLine(await run(cancellationToken));
            }

            return 0;
        });
        return command;
    }
}
