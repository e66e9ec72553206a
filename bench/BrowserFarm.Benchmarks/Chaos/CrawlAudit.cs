using System.Text.Json;

namespace BrowserFarm.Benchmarks.Chaos;

/// <summary>Compares what a finished crawl accepted, stored and wrote with each other and with the site it read.</summary>
internal sealed class CrawlAudit
{
    private const int Shown = 5;

    private readonly CrawlDatabase _database;
    private readonly string _folder;
    private readonly ChaosSite _site;
    private readonly List<string> _problems = [];

    private CrawlAudit(CrawlDatabase database, string folder, ChaosSite site)
    {
        _database = database;
        _folder = folder;
        _site = site;
    }

    /// <returns>The crawl in numbers, and every invariant that does not hold.</returns>
    public static (CrawlFigures Figures, IReadOnlyList<string> Problems) Of(string folder, ChaosSite site)
    {
        using var database = CrawlDatabase.TryOpen(folder);
        if (database is null)
            return (new CrawlFigures(), ["it has no database"]);

        var audit = new CrawlAudit(database, folder, site);
        return (audit.Look(), audit._problems);
    }

    private CrawlFigures Look()
    {
        Demand(string.Equals(_database.Texts("PRAGMA integrity_check")[0], "ok", StringComparison.Ordinal), "SQLite finds the database damaged");
        var lost = LookAtJobs();
        var results = _database.Results().ToList();
        var duplicates = LookAtResults(results);
        lost += LookAtPages(results);
        var lines = LookAtLines(results);
        LookAtFailures();
        return new CrawlFigures(
            Number("seen"), Number("finished"), results.Count, duplicates, lost, lines,
            Number("attempts"), Number("attempts WHERE ended = 'lost'"), Number("attempts WHERE ended = 'fenced'"));
    }

    /// <summary>What was accepted has ended, once.</summary>
    private int LookAtJobs()
    {
        var lost = _database.Texts("SELECT url FROM seen EXCEPT SELECT url FROM finished");
        Demand(lost, "accepted and not terminal");
        Demand(_database.Texts("SELECT url FROM finished EXCEPT SELECT url FROM seen"), "terminal and never accepted");
        Demand(_database.Texts("SELECT url FROM finished GROUP BY crawl, url HAVING count(*) > 1"), "terminal twice");
        Demand(_database.Texts("SELECT url FROM jobs"), "still in the line");
        Demand(_database.Texts(
            """
            SELECT id FROM crawls WHERE queued <> 0 OR running <> 0 OR cancelled <> 0
                OR succeeded <> (SELECT count(*) FROM finished WHERE crawl = crawls.number AND state = 2)
                OR failed <> (SELECT count(*) FROM finished WHERE crawl = crawls.number AND state = 3)
            """), "counted wrongly");
        return lost.Count;
    }

    /// <summary>Every page that succeeded has one result, and nothing else has any.</summary>
    private long LookAtResults(List<(long Sequence, JsonElement Document)> results)
    {
        var twice = _database.Number("SELECT count(*) - count(DISTINCT job) FROM results");
        Demand(twice == 0, $"{twice} results beyond the first of their job");
        var urls = results.CountBy(result => UrlOf(result.Document)).Where(url => url.Value > 1).Select(url => url.Key).ToList();
        Demand(urls, "read twice");
        Demand(_database.Texts("SELECT url FROM finished WHERE state = 2 AND id NOT IN (SELECT job FROM results)"), "read and without a result");
        Demand(_database.Texts("SELECT CAST(job AS TEXT) FROM results WHERE job NOT IN (SELECT id FROM finished WHERE state = 2)"), "jobs with a result that did not succeed");
        return Math.Max(twice, urls.Count);
    }

    /// <summary>Every page of the site was read, each with its own text, and nothing else.</summary>
    private int LookAtPages(List<(long Sequence, JsonElement Document)> results)
    {
        var read = results.GroupBy(result => UrlOf(result.Document), StringComparer.Ordinal).ToDictionary(page => page.Key, page => page.First().Document, StringComparer.Ordinal);
        var lost = _site.Expected.Keys.Except(read.Keys, StringComparer.Ordinal).ToList();
        Demand(lost, "of the site and not read");
        Demand([.. read.Keys.Except(_site.Expected.Keys, StringComparer.Ordinal)], "read and not of the site");
        Demand(
            [.. read.Where(page => _site.Expected.TryGetValue(page.Key, out var text) && !(page.Value.GetProperty("text").GetString() ?? "").Contains(text, StringComparison.Ordinal)).Select(page => page.Key)],
            "read with another text than its own");
        return lost.Count;
    }

    /// <summary><c>results.ndjson</c> is the table of results, line by line.</summary>
    private int LookAtLines(List<(long Sequence, JsonElement Document)> results)
    {
        var text = File.ReadAllText(Path.Join(_folder, "results.ndjson"));
        Demand(text.Length == 0 || text[^1] == '\n', "results.ndjson ends in half a line");
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Demand(lines.Length == results.Count, $"results.ndjson has {lines.Length} lines for {results.Count} results");
        foreach (var (line, (sequence, document)) in lines.Zip(results))
        {
            if (!IsCopy(line, sequence, document))
            {
                _problems.Add($"results.ndjson has another line for result {sequence}: {line[..Math.Min(80, line.Length)]}");
                break;
            }
        }

        return lines.Length;
    }

    private void LookAtFailures()
    {
        var path = Path.Join(_folder, "failures.ndjson");
        var written = File.Exists(path) ? File.ReadAllLines(path).Select(line => UrlOf(JsonDocument.Parse(line).RootElement)).ToList() : [];
        var stored = _database.Texts("SELECT url FROM finished WHERE state = 3");
        Demand([.. stored.Except(_site.Missing, StringComparer.Ordinal)], "given up and not missing");
        Demand([.. _site.Missing.Except(stored, StringComparer.Ordinal)], "missing and not given up");
        Demand(written.Order(StringComparer.Ordinal).SequenceEqual(stored.Order(StringComparer.Ordinal), StringComparer.Ordinal), "failures.ndjson differs from the table");
    }

    private static bool IsCopy(string line, long sequence, JsonElement document)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var fields = json.RootElement.EnumerateObject().ToList();
            return fields[0].NameEquals("seq") && fields[0].Value.GetInt64() == sequence && fields.Count - 1 == document.EnumerateObject().Count()
                && fields.Skip(1).All(field => document.TryGetProperty(field.Name, out var stored) && JsonElement.DeepEquals(field.Value, stored));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string UrlOf(JsonElement document) => document.GetProperty("url").GetString()!;

    private long Number(string from) => _database.Number($"SELECT count(*) FROM {from}");

    private void Demand(bool holds, string problem)
    {
        if (!holds)
            _problems.Add(problem);
    }

    private void Demand(List<string> none, string what) =>
        Demand(none.Count == 0, $"{none.Count} {what}: {string.Join(", ", none.Take(Shown))}");
}
