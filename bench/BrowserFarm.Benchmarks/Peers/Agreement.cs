namespace BrowserFarm.Benchmarks.Peers;

/// <summary>Whether everybody read the same: of every application what most readings say is right. Pure; not safe for concurrent use.</summary>
internal sealed class Agreement
{
    private readonly List<(string Contestant, string Application, PageContent Content)> _readings = [];
    private readonly Dictionary<string, int> _asked = [];

    /// <param name="asked">Pages that were to be read; one that is missing is not equal.</param>
    public void Add(string contestant, int asked, IEnumerable<ReadPage> pages)
    {
        _asked[contestant] = _asked.GetValueOrDefault(contestant) + asked;
        foreach (var page in pages)
            _readings.Add((contestant, new Uri(page.Url).AbsolutePath, PageContent.Of(page)));
    }

    /// <returns>Pages as most had them, and pages asked for; 0 of 0 of somebody who was never asked.</returns>
    public (int Equal, int Asked) Of(string contestant)
    {
        var right = Right();
        return (_readings.Count(reading => reading.Contestant == contestant && reading.Content.Equals(right[reading.Application])), _asked.GetValueOrDefault(contestant));
    }

    /// <returns>A line for every contestant and application that is not as most had it.</returns>
    public IReadOnlyList<string> Differences()
    {
        var right = Right();
        return
        [
            .. _readings.Where(reading => !reading.Content.Equals(right[reading.Application]))
                .GroupBy(reading => (reading.Contestant, reading.Application))
                .Select(group => $"{group.Key.Contestant} {group.Key.Application}: {group.Count()} readings differ, the first in {WhereOf(group.First().Content, right[group.Key.Application])}"),
        ];
    }

    private Dictionary<string, PageContent> Right() => _readings.GroupBy(reading => reading.Application)
        .ToDictionary(group => group.Key, group => group.GroupBy(reading => (reading.Content.Text, reading.Content.Links)).MaxBy(same => same.Count())!.First().Content);

    private static string WhereOf(PageContent one, PageContent other)
    {
        if (one.Text == other.Text)
            return one.Links != other.Links ? "its links" : $"its length ({one.HtmlLength} characters, {other.HtmlLength})";

        var at = one.Text.Zip(other.Text).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"its text at {at}: '{Excerpt(one.Text, at)}', most have '{Excerpt(other.Text, at)}'";
    }

    private static string Excerpt(string text, int at) => text[at..Math.Min(text.Length, at + 40)];
}
