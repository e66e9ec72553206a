namespace BrowserFarm.Jobs;

/// <summary>What a failed page looked like, for whoever has to find out why.</summary>
/// <param name="Url">Where the page stood in the end; null when it had no address yet.</param>
/// <param name="Screenshot">Picture of the viewport, as a path relative to the crawl's folder; null when there was nothing to take a picture of.</param>
/// <param name="Console">The last lines of its console, the oldest first; empty unless it was watched, which is done from the second try on.</param>
public sealed record Evidence(string? Url, string? Screenshot, IReadOnlyList<string> Console);
