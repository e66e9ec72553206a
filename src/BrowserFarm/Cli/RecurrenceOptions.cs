using System.CommandLine;
using System.CommandLine.Parsing;
using BrowserFarm.Jobs;
using BrowserFarm.Scheduling;

namespace BrowserFarm.Cli;

/// <summary>The options of <c>farm crawl</c> that make it run again.</summary>
internal sealed class RecurrenceOptions
{
    public Option<string?> Every { get; } = new("--every")
    {
        Description = "Run it at once and then at these times, until it is stopped: five fields as in crontab, for example '0 3 * * 1-5', or @hourly, @daily, @weekly, @monthly.",
        HelpName = "CRON",
    };

    public Option<string?> TimeZone { get; } = new("--time-zone") { Description = "By whose clock --every is read, for example Europe/Berlin (default UTC).", HelpName = "ZONE" };

    public Option<TimeSpan?> Fresh { get; } = new("--fresh")
    {
        Description = "With --every: do not ask again for pages that an earlier run read no longer ago than this, take them from there: 45s, 30m, 6h, 2d (default: ask for all).",
        HelpName = "AGE",
        CustomParser = ParseAge,
    };

    public Option<int?> KeepRuns { get; } = CrawlOptions.Number("--keep-runs", 1, 1_000_000, "With --every: keep the last N runs and forget older ones, with their results and files (default: keep all).");

    public IEnumerable<Option> All => [Every, TimeZone, Fresh, KeepRuns];

    /// <summary>Refuses what says nothing without <c>--every</c>, and what cannot be read.</summary>
    public void Check(CommandResult command)
    {
        if (command.GetResult(Every) is null)
        {
            foreach (var option in new Option[] { TimeZone, Fresh, KeepRuns }.Where(option => command.GetResult(option) is { Implicit: false }))
                command.AddError($"{option.Name} says something only with --every.");
            return;
        }

        if (TextOf(Every) is not { } cron)
            return;   // given without a value, which the parser reports

        try
        {
            CronTimes.Parse(new Recurrence(cron, TextOf(TimeZone) ?? "UTC"), TimeProvider.System.GetUtcNow());
        }
        catch (FormatException exception)
        {
            command.AddError(exception.Message.Replace("The cron expression", Every.Name, StringComparison.Ordinal).Replace("The time zone", TimeZone.Name, StringComparison.Ordinal));
        }

        string? TextOf(Option option) => command.GetResult(option) is { Tokens: [var token] } ? token.Value : null;
    }

    /// <summary>The recurrence that the command line asks for; null when it asks for none.</summary>
    public Recurrence? From(ParseResult line) =>
        line.GetValue(Every) is { } cron ? new Recurrence(cron.Trim(), line.GetValue(TimeZone) ?? "UTC", line.GetValue(Fresh)) { KeepRuns = line.GetValue(KeepRuns) } : null;

    private static TimeSpan? ParseAge(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (Age.TryParse(text, out var age))
            return age;

        result.AddError($"--fresh is '{text}', but must be a whole number and a unit, up to {Age.Longest.TotalDays:0} days: 45s, 30m, 6h, 2d.");
        return null;
    }
}
