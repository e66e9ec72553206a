using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>How pressing a job is. Lanes share the farm by weight; none is ever shut out. The numbers are stored.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Lane>))]
public enum Lane
{
    /// <summary>Somebody waits for it.</summary>
    Urgent = 0,

    Normal = 1,

    /// <summary>Whenever there is room.</summary>
    Background = 2,
}

/// <summary>Which of a crawl's waiting pages of one site and one priority comes first. The numbers are stored.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CrawlOrder>))]
public enum CrawlOrder
{
    /// <summary>The one fewest links away from a seed, of those the one found first.</summary>
    Breadth = 0,

    /// <summary>The one found last.</summary>
    Depth = 1,

    /// <summary>The one found first, however deep: its priority is to decide.</summary>
    BestFirst = 2,
}

/// <summary>Legal priorities of a job: inside its line the higher goes first.</summary>
public static class JobPriority
{
    public const int Least = -1000;
    public const int Most = 1000;

    /// <returns>The same number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is not from <see cref="Least"/> to <see cref="Most"/>.</exception>
    public static int Checked(int priority) => priority is >= Least and <= Most
        ? priority
        : throw new ArgumentOutOfRangeException(nameof(priority), priority, $"A priority is a whole number from {Least} to {Most}.");
}
