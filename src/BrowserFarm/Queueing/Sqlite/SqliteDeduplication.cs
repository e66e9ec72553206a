namespace BrowserFarm.Queueing.Sqlite;

/// <summary>Which URLs a crawl has taken: the table decides, a filter in memory spares the question for those that are surely new.</summary>
/// <remarks>
/// For the writer's thread only. The filter of a crawl that was begun earlier is filled a piece with every submission; until it is whole, every URL is
/// looked up. What a rolled-back transaction added to it stays: that is one more question some day, and never a URL lost.
/// </remarks>
internal sealed class SqliteDeduplication
{
    /// <summary>Crawls with a filter at a time; the one unused longest gives way. Bounds the memory to 16 times <see cref="SeenFilter.MaxBytes"/>.</summary>
    private const int MaxCrawls = 16;

    /// <summary>URLs read into an unfinished filter with each submission: about two milliseconds.</summary>
    private const int WarmUpRows = 2000;

    private readonly Dictionary<long, KnownUrls> _crawls = [];
    private long _uses;

    /// <summary>The URLs of one crawl, to be used in the present transaction.</summary>
    /// <param name="total">How many the crawl has taken so far.</param>
    public KnownUrls Of(SqliteSession session, long crawl, long total)
    {
        if (!_crawls.TryGetValue(crawl, out var known))
        {
            if (_crawls.Count == MaxCrawls)
                _crawls.Remove(_crawls.MinBy(entry => entry.Value.LastUse).Key);
            _crawls.Add(crawl, known = new KnownUrls(crawl, total));
        }

        known.LastUse = ++_uses;
        known.WarmUp(session);
        return known;
    }

    /// <summary>One crawl's URLs.</summary>
    internal sealed class KnownUrls(long crawl, long total)
    {
        private readonly SeenFilter _filter = new(total);
        private bool _isWhole = total == 0;
        private string _readUpTo = "";

        public long LastUse { get; set; }

        public bool Contains(SqliteSession session, string url) =>
            (!_isWhole || _filter.MayContain(url))
            && session.First("SELECT 1 FROM seen WHERE crawl = ?1 AND url = ?2", _ => true, crawl, url);

        /// <summary>Takes a URL that the crawl does not contain.</summary>
        public void Add(SqliteSession session, string url)
        {
            session.Execute("INSERT INTO seen (crawl, url) VALUES (?1, ?2)", crawl, url);
            _filter.Add(url);
        }

        public void WarmUp(SqliteSession session)
        {
            if (_isWhole)
                return;

            // Rows before this place were read, and rows that come now add themselves: at the end none is missing.
            var urls = session.All("SELECT url FROM seen WHERE crawl = ?1 AND url > ?2 ORDER BY url LIMIT ?3", row => row.GetString(0), crawl, _readUpTo, WarmUpRows);
            foreach (var url in urls)
                _filter.Add(url);
            _isWhole = urls.Count < WarmUpRows;
            _readUpTo = urls.Count > 0 ? urls[^1] : _readUpTo;
        }
    }
}
