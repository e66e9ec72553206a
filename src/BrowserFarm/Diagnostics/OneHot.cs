using System.Collections.Immutable;
using System.Text.Json;

namespace BrowserFarm.Diagnostics;

/// <summary>A member of an enumeration, with all the others, as a gauge shows it: 1 for this one and 0 for each of the rest.</summary>
/// <remarks>So the set of tags is closed, without this folder having to know whose states it tells.</remarks>
public sealed class OneHot
{
    private OneHot(string? word, ImmutableArray<string> words) => (Word, Words) = (word, words);

    /// <summary>The one that is; null when it is one that is not shown.</summary>
    public string? Word { get; }

    /// <summary>All that are shown, each once, in snake_case.</summary>
    public ImmutableArray<string> Words { get; }

    /// <param name="notShown">A member that stands for none of the others.</param>
    public static OneHot Of<T>(T value, T? notShown = null)
        where T : struct, Enum
    {
        var shown = Enum.GetValues<T>().Where(member => !(notShown is { } none && member.Equals(none))).ToList();
        return new OneHot(shown.Contains(value) ? WordOf(value) : null, [.. shown.Select(WordOf)]);
    }

    /// <summary>An enumeration's member as OpenTelemetry's conventions want attribute values.</summary>
    public static string WordOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
