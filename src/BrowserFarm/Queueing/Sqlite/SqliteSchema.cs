namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The tables. Times are Unix milliseconds; states are the numbers of <see cref="Jobs.JobState"/>.</summary>
internal static class SqliteSchema
{
    /// <summary>Stored as <c>user_version</c>; a database with a higher one was made by a later release.</summary>
    public const int Version = 1;

    public const string Create = """
        CREATE TABLE crawls (
            id          TEXT PRIMARY KEY,
            spec        TEXT NOT NULL,                  -- CrawlSpec as JSON
            created_at  INTEGER NOT NULL,
            max_pages   INTEGER NOT NULL,
            -- jobs by state, kept in the transactions that move them, so that progress never counts rows
            queued      INTEGER NOT NULL DEFAULT 0,
            running     INTEGER NOT NULL DEFAULT 0,
            succeeded   INTEGER NOT NULL DEFAULT 0,
            failed      INTEGER NOT NULL DEFAULT 0,
            cancelled   INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;

        CREATE TABLE targets (
            target      TEXT PRIMARY KEY,
            queued      INTEGER NOT NULL DEFAULT 0,
            served      INTEGER NOT NULL DEFAULT 0      -- when a job of it was claimed last
        ) WITHOUT ROWID;
        CREATE INDEX targets_waiting ON targets (served, target) WHERE queued > 0;

        CREATE TABLE jobs (
            id          INTEGER PRIMARY KEY AUTOINCREMENT,
            crawl       TEXT NOT NULL REFERENCES crawls (id),
            url         TEXT NOT NULL,
            target      TEXT NOT NULL,
            depth       INTEGER NOT NULL,
            found_on    TEXT,
            state       INTEGER NOT NULL DEFAULT 0,
            due_at      INTEGER NOT NULL,
            attempts    INTEGER NOT NULL DEFAULT 0,
            holds       INTEGER NOT NULL DEFAULT 0,
            refunds     INTEGER NOT NULL DEFAULT 0,
            epoch       INTEGER NOT NULL DEFAULT 0,     -- the fence
            claim_until INTEGER,
            started_at  INTEGER,
            worker      TEXT,
            failure_kind INTEGER, failure_class TEXT, failure_reason TEXT,
            UNIQUE (crawl, url)
        );
        CREATE INDEX jobs_due ON jobs (target, due_at, id) WHERE state = 0;
        CREATE INDEX jobs_next_due ON jobs (due_at) WHERE state = 0;
        CREATE INDEX jobs_claimed ON jobs (claim_until) WHERE state = 1;
        CREATE INDEX jobs_failed ON jobs (crawl, id) WHERE state = 3;

        CREATE TABLE attempts (
            job         INTEGER NOT NULL REFERENCES jobs (id),
            epoch       INTEGER NOT NULL,
            started_at  INTEGER NOT NULL,
            ended_at    INTEGER NOT NULL,
            worker      TEXT NOT NULL,
            ended       TEXT NOT NULL,
            class       TEXT, reason TEXT,
            PRIMARY KEY (job, epoch)
        ) WITHOUT ROWID;

        CREATE TABLE results (
            seq         INTEGER PRIMARY KEY AUTOINCREMENT,
            crawl       TEXT NOT NULL,
            job         INTEGER NOT NULL UNIQUE REFERENCES jobs (id),
            document    BLOB NOT NULL                   -- PageDocument as JSON, Brotli
        );

        CREATE TABLE skipped (
            crawl       TEXT NOT NULL,
            url         TEXT NOT NULL,
            reason      TEXT NOT NULL,
            found_on    TEXT,
            PRIMARY KEY (crawl, url)
        ) WITHOUT ROWID;
        """;
}
