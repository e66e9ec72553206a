using System.Globalization;
using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>What a robots.txt says to us. Pure.</summary>
/// <remarks>
/// Source: RFC 9309. Groups that name us win over those for <c>*</c>; of all rules that match, the longest decides, and of two equally
/// long ones the one that allows; <c>*</c> and a final <c>$</c> are special. <c>Crawl-delay</c> is not in the RFC but widely used.
/// </remarks>
public sealed class RobotsRules
{
    /// <summary>The name we answer to in a robots.txt.</summary>
    public const string ProductToken = "BrowserFarm";

    /// <summary>Longest crawl delay that is believed.</summary>
    public static readonly TimeSpan MaxCrawlDelay = TimeSpan.FromMinutes(1);

    /// <summary>Most sitemaps that are taken from one file.</summary>
    public const int MaxSitemaps = 1000;

    /// <summary>How <c>*</c> and <c>$</c> that stand for themselves are spelt, in rules and in paths (RFC 9309 §2.2.3).</summary>
    private const string EncodedStar = "%2A";
    private const string EncodedDollar = "%24";

    private readonly IReadOnlyList<Rule> _rules;

    private RobotsRules(IReadOnlyList<Rule> rules, TimeSpan? crawlDelay, IReadOnlyList<string> sitemaps)
    {
        _rules = rules;
        CrawlDelay = crawlDelay;
        Sitemaps = sitemaps;
    }

    /// <summary>Rules that allow everything: what holds when there is no robots.txt.</summary>
    public static RobotsRules AllowAll { get; } = new([], crawlDelay: null, sitemaps: []);

    /// <summary>Least time between two requests, capped at <see cref="MaxCrawlDelay"/>; null when none is asked for.</summary>
    public TimeSpan? CrawlDelay { get; }

    /// <summary>Addresses of the site's sitemaps as they are written, each once, in the order of the file; at most <see cref="MaxSitemaps"/>.</summary>
    public IReadOnlyList<string> Sitemaps { get; }

    /// <summary>Reads the rules for a crawler; lines that make no sense are passed over, as the RFC asks.</summary>
    public static RobotsRules Parse(string text, string productToken)
    {
        var ours = new Group();
        var everybody = new Group();
        var current = new List<Group>();
        var sitemaps = new List<string>();
        var inRules = true;

        foreach (var line in text.Split('\r', '\n'))
        {
            var content = line.Split('#', 2)[0];
            var colon = content.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;

            var key = content[..colon].Trim().TrimStart('\uFEFF').ToLowerInvariant();
            var value = content[(colon + 1)..].Trim();
            if (key == "sitemap")
            {
                // Belongs to no group, and a # in it is part of the address.
                var address = line[(colon + 1)..].Trim().Split(' ', '\t')[0];
                if (address.Length is > 0 and <= CanonicalUrl.MaxLength && sitemaps.Count < MaxSitemaps)
                    sitemaps.Add(address);
                continue;
            }

            if (key == "user-agent")
            {
                // A user-agent line after a rule starts the next group; several in a row share one.
                if (inRules)
                    current.Clear();
                inRules = false;
                var agent = value.Split('/', 2)[0].Trim();
                if (agent.Equals(productToken, StringComparison.OrdinalIgnoreCase))
                    current.Add(ours);
                else if (agent == "*")
                    current.Add(everybody);
                current.ForEach(group => group.IsNamed = true);
                continue;
            }

            if (key is not ("allow" or "disallow" or "crawl-delay"))
                continue;

            inRules = true;
            foreach (var group in current)
                group.Add(key, value);
        }

        var chosen = ours.IsNamed ? ours : everybody;
        return new RobotsRules(chosen.Rules, chosen.CrawlDelay, [.. sitemaps.Distinct(StringComparer.Ordinal)]);
    }

    /// <param name="pathAndQuery">As in the URL, percent-encoded, beginning with <c>/</c>.</param>
    public bool Allows(string pathAndQuery)
    {
        var path = PercentEncoding.Normalise(pathAndQuery).Replace("*", EncodedStar, StringComparison.Ordinal).Replace("$", EncodedDollar, StringComparison.Ordinal);
        var best = new Rule("", Allow: true);
        foreach (var rule in _rules)
        {
            var wins = rule.Pattern.Length > best.Pattern.Length || (rule.Pattern.Length == best.Pattern.Length && rule.Allow);
            if (wins && Matches(rule.Pattern, path))
                best = rule;
        }

        return best.Allow;
    }

    /// <summary>Whether a pattern matches from the start of a path; a final <c>$</c> demands its end.</summary>
    private static bool Matches(string pattern, string path)
    {
        var wholePath = pattern.EndsWith('$');
        return Wildcard.Matches(wholePath ? pattern.AsSpan(..^1) : pattern, path, wholePath);
    }

    private sealed record Rule(string Pattern, bool Allow);

    private sealed class Group
    {
        public List<Rule> Rules { get; } = [];

        public TimeSpan? CrawlDelay { get; private set; }

        /// <summary>There is a group for this agent at all, if only an empty one: it then decides alone.</summary>
        public bool IsNamed { get; set; }

        public void Add(string key, string value)
        {
            if (key == "crawl-delay")
            {
                if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
                    CrawlDelay = TimeSpan.FromSeconds(Math.Min(seconds, MaxCrawlDelay.TotalSeconds));
            }
            else if (value.Length > 0)
            {
                // "Disallow:" with nothing after it forbids nothing.
                Rules.Add(new Rule(Normalised(value), key == "allow"));
            }
        }

        /// <summary>In the spelling of a path (RFC 9309 §2.2.2); a <c>$</c> before the end is an ordinary character.</summary>
        private static string Normalised(string pattern)
        {
            var spelling = PercentEncoding.Normalise(pattern);
            return spelling[..^1].Replace("$", EncodedDollar, StringComparison.Ordinal) + spelling[^1];
        }
    }
}
