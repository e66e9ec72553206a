namespace BrowserFarm.Queueing.Sqlite;

/// <summary>The tables. Times are Unix milliseconds; states, lanes and orders are the numbers of their enumerations in <see cref="Jobs"/>.</summary>
/// <remarks>
/// Live jobs, ended jobs and known URLs are apart, so that what a claim touches stays small however long the crawl has run. A job that waits for
/// a time has it in <c>due_at</c>, one that may be claimed has null there: neither is ever passed over in looking for the other.
/// </remarks>
internal static class SqliteSchema
{
    /// <summary>Stored as <c>user_version</c>; a database with a higher one was made by a later release.</summary>
    public const int Version = 5;

    /// <summary>Lines with fewer waiting jobs are not looked for as long ones; stands in an index.</summary>
    public const string LongLine = "1000";

    /// <summary>A line whose target is at its limit opens at no time of its own.</summary>
    public const long SetAside = long.MaxValue;

    /// <summary>A job whose crawl is paused is due at no time.</summary>
    public const long Paused = long.MaxValue;

    public const string Create = $"""
        CREATE TABLE crawls (
            number      INTEGER PRIMARY KEY,
            id          TEXT NOT NULL UNIQUE,
            spec        TEXT NOT NULL,                  -- CrawlSpec as JSON
            created_at  INTEGER NOT NULL,
            max_pages   INTEGER NOT NULL,
            crawl_order INTEGER NOT NULL,
            crawl_lane  INTEGER NOT NULL,               -- of all its jobs
            phase       INTEGER NOT NULL DEFAULT 0,     -- CrawlPhase
            -- jobs by state, kept in the transactions that move them, so that progress never counts rows
            queued      INTEGER NOT NULL DEFAULT 0,
            running     INTEGER NOT NULL DEFAULT 0,
            succeeded   INTEGER NOT NULL DEFAULT 0,
            failed      INTEGER NOT NULL DEFAULT 0,
            cancelled   INTEGER NOT NULL DEFAULT 0,
            deferred    INTEGER NOT NULL DEFAULT 0,
            -- of its results the last that was delivered to its webhook, and whether the receiver knows that it is over
            delivered     INTEGER NOT NULL DEFAULT 0,
            delivered_end INTEGER NOT NULL DEFAULT 0
        );

        CREATE INDEX crawls_waiting ON crawls (crawl_lane) WHERE queued > 0 OR deferred > 0;

        -- The same of all crawls of a lane together: with a million of them nobody adds them up.
        CREATE TABLE lane_totals (
            lane        INTEGER PRIMARY KEY,
            queued INTEGER NOT NULL, running INTEGER NOT NULL, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL, cancelled INTEGER NOT NULL, deferred INTEGER NOT NULL
        );
        CREATE TRIGGER crawls_new AFTER INSERT ON crawls BEGIN
            INSERT INTO lane_totals VALUES (new.crawl_lane, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
        END;
        CREATE TRIGGER crawls_counted AFTER UPDATE OF queued, running, succeeded, failed, cancelled, deferred ON crawls BEGIN
            UPDATE lane_totals SET queued = queued + new.queued - old.queued, running = running + new.running - old.running, succeeded = succeeded + new.succeeded - old.succeeded,
                   failed = failed + new.failed - old.failed, cancelled = cancelled + new.cancelled - old.cancelled, deferred = deferred + new.deferred - old.deferred
             WHERE lane = new.crawl_lane;
        END;
        CREATE TRIGGER crawls_gone AFTER DELETE ON crawls BEGIN
            UPDATE lane_totals SET queued = queued - old.queued, running = running - old.running, succeeded = succeeded - old.succeeded,
                   failed = failed - old.failed, cancelled = cancelled - old.cancelled, deferred = deferred - old.deferred
             WHERE lane = old.crawl_lane;
        END;

        -- One target's waiting jobs of one lane and engine. A claim takes the first line that is ready; a target that is blocked, at its limit or
        -- waiting for a time has its lines further back, so that nobody ever looks past them.
        CREATE TABLE lines (
            id          INTEGER PRIMARY KEY,
            target      TEXT NOT NULL,
            lane        INTEGER NOT NULL,
            engine      INTEGER NOT NULL,
            queued      INTEGER NOT NULL DEFAULT 0,     -- jobs in state queued, due or not
            deferred    INTEGER NOT NULL DEFAULT 0,     -- jobs that wait for room in it
            opens_at    INTEGER NOT NULL,               -- when it was served last, or when the target may be asked again if that is later
            due_at      INTEGER NOT NULL DEFAULT 0,     -- 0 when a job may be claimed, else the earliest time of one that waits
            why         INTEGER NOT NULL DEFAULT 6,     -- WaitCause: why it is closed until then
            since       INTEGER NOT NULL,               -- up to when the sums are: SqliteWaits
            down_seen   INTEGER NOT NULL,
            w_nobody    INTEGER NOT NULL DEFAULT 0,
            w_blocked   INTEGER NOT NULL DEFAULT 0,
            w_spacing   INTEGER NOT NULL DEFAULT 0,
            w_limit     INTEGER NOT NULL DEFAULT 0,
            w_turn      INTEGER NOT NULL DEFAULT 0,
            served      INTEGER NOT NULL DEFAULT 0,     -- rises with every claim: of lines ready since the same time, who was served first
            ready_at    INTEGER GENERATED ALWAYS AS (max(opens_at, due_at)) VIRTUAL,
            UNIQUE (target, lane, engine)
        );
        CREATE INDEX lines_ready ON lines (engine, lane, ready_at, served) WHERE queued > 0;
        CREATE INDEX lines_long ON lines (queued) WHERE queued >= {LongLine};
        CREATE INDEX lines_deferred ON lines (queued) WHERE deferred > 0;

        CREATE TABLE jobs (                             -- queued and running ones
            id          INTEGER PRIMARY KEY AUTOINCREMENT,
            crawl       INTEGER NOT NULL,
            line        INTEGER NOT NULL,
            lane        INTEGER NOT NULL,
            engine      INTEGER NOT NULL,
            url         TEXT NOT NULL,
            depth       INTEGER NOT NULL,
            found_on    TEXT,
            priority    INTEGER NOT NULL,
            rank        INTEGER NOT NULL,               -- by the crawl's order; of equal priority the lowest goes first
            state       INTEGER NOT NULL DEFAULT 0,
            due_at      INTEGER,                        -- of a job whose crawl is paused the largest number there is
            attempts    INTEGER NOT NULL DEFAULT 0,
            holds       INTEGER NOT NULL DEFAULT 0,
            refunds     INTEGER NOT NULL DEFAULT 0,
            epoch       INTEGER NOT NULL DEFAULT 0,     -- the fence
            claim_until INTEGER,                        -- of a job whose crawl is paused: since when
            started_at  INTEGER,
            worker      TEXT,
            queued_at   INTEGER NOT NULL,               -- what follows is of the wait since then: SqliteWaits
            w_outside   INTEGER NOT NULL DEFAULT 0,
            w_due       INTEGER NOT NULL DEFAULT 0,
            w_nobody    INTEGER NOT NULL,
            w_blocked   INTEGER NOT NULL,
            w_spacing   INTEGER NOT NULL,
            w_limit     INTEGER NOT NULL,
            w_turn      INTEGER NOT NULL
        );
        CREATE INDEX jobs_ready ON jobs (line, priority DESC, rank) WHERE state = 0 AND due_at IS NULL;
        CREATE INDEX jobs_waiting ON jobs (line, due_at) WHERE state = 0 AND due_at IS NOT NULL;
        CREATE INDEX jobs_claimed ON jobs (claim_until) WHERE state = 1;
        CREATE INDEX jobs_crawl ON jobs (crawl);        -- and id, which every index has at its end

        CREATE TABLE deferred (                         -- taken by their crawl, waiting for room in their line; numbers are those of jobs
            id          INTEGER PRIMARY KEY,
            crawl       INTEGER NOT NULL,
            line        INTEGER NOT NULL,
            lane        INTEGER NOT NULL,
            engine      INTEGER NOT NULL,
            url         TEXT NOT NULL,
            depth       INTEGER NOT NULL,
            found_on    TEXT,
            priority    INTEGER NOT NULL,
            rank        INTEGER NOT NULL,
            at          INTEGER NOT NULL                -- since when
        );
        CREATE INDEX deferred_next ON deferred (line, priority DESC, rank);
        CREATE INDEX deferred_crawl ON deferred (crawl);

        CREATE TABLE submissions (                      -- those that were given a key, so that sending one again changes nothing
            key         TEXT PRIMARY KEY,
            digest      BLOB NOT NULL,                  -- of what was submitted
            at          INTEGER NOT NULL,
            accepted    INTEGER NOT NULL, duplicates INTEGER NOT NULL, over_budget INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX submissions_at ON submissions (at);

        CREATE TABLE finished (                         -- ended ones; its key is the second guard against two ends of one job
            id          INTEGER PRIMARY KEY,
            crawl       INTEGER NOT NULL,
            line        INTEGER NOT NULL,
            lane        INTEGER NOT NULL,
            engine      INTEGER NOT NULL,
            url         TEXT NOT NULL,
            depth       INTEGER NOT NULL,
            found_on    TEXT,
            priority    INTEGER NOT NULL,
            state       INTEGER NOT NULL,
            attempts    INTEGER NOT NULL,
            holds       INTEGER NOT NULL,
            refunds     INTEGER NOT NULL,
            epoch       INTEGER NOT NULL,
            failure_kind INTEGER, failure_class TEXT, failure_reason TEXT,
            evidence    TEXT                            -- of a failed one: Evidence as JSON, null when there is none
        );
        CREATE INDEX finished_crawl ON finished (crawl);
        CREATE INDEX finished_failed ON finished (crawl, id) WHERE state = 3;

        CREATE TABLE seen (                             -- every URL a crawl ever took, for ever
            crawl       INTEGER NOT NULL,
            url         TEXT NOT NULL,
            PRIMARY KEY (crawl, url)
        ) WITHOUT ROWID;

        CREATE TABLE attempts (
            job         INTEGER NOT NULL,
            epoch       INTEGER NOT NULL,
            started_at  INTEGER NOT NULL,
            ended_at    INTEGER NOT NULL,
            worker      TEXT NOT NULL,
            ended       TEXT NOT NULL,
            class       TEXT, reason TEXT,
            queued_at   INTEGER NOT NULL,               -- what it waited for from then to its start, and (w_context) after it
            w_nobody    INTEGER NOT NULL,
            w_outside   INTEGER NOT NULL,
            w_due       INTEGER NOT NULL,
            w_blocked   INTEGER NOT NULL,
            w_spacing   INTEGER NOT NULL,
            w_limit     INTEGER NOT NULL,
            w_turn      INTEGER NOT NULL,
            w_context   INTEGER NOT NULL,
            PRIMARY KEY (job, epoch)
        ) WITHOUT ROWID;

        CREATE TABLE results (
            seq         INTEGER PRIMARY KEY AUTOINCREMENT,
            crawl       INTEGER NOT NULL,
            job         INTEGER NOT NULL,
            document    BLOB NOT NULL                   -- PageDocument as JSON, Brotli
        );

        CREATE INDEX results_crawl ON results (crawl);  -- and seq, which every index has at its end: what a crawl has after a number is one step, however many runs lie between
        CREATE INDEX results_job ON results (job);

        CREATE TABLE files (                            -- which job's result or evidence names which file of the crawl's folder
            path        TEXT NOT NULL,
            job         INTEGER NOT NULL,
            PRIMARY KEY (path, job)
        ) WITHOUT ROWID;
        CREATE INDEX files_job ON files (job);

        CREATE TABLE skipped (
            crawl       INTEGER NOT NULL,
            url         TEXT NOT NULL,
            reason      TEXT NOT NULL,
            found_on    TEXT,
            PRIMARY KEY (crawl, url)
        ) WITHOUT ROWID;

        CREATE TABLE clock (                            -- one row
            id          INTEGER PRIMARY KEY,
            alive_at    INTEGER NOT NULL,               -- last sign of life of a program that works on the queue
            down        INTEGER NOT NULL                -- milliseconds in which none did
        );

        CREATE TABLE target_notes (                     -- what the limiter learned of a target
            target      TEXT PRIMARY KEY,
            used_at     INTEGER NOT NULL,
            note        TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX target_notes_used ON target_notes (used_at);

        CREATE TABLE recurring (                        -- crawls that are run again and again; each run is a crawl of its own
            number      INTEGER PRIMARY KEY,
            id          TEXT NOT NULL UNIQUE,
            spec        TEXT NOT NULL,                  -- CrawlSpec as JSON, with its recurrence
            created_at  INTEGER NOT NULL,
            next_run_at INTEGER NOT NULL                -- whoever changes it has begun that run
        );

        CREATE TABLE recurring_seeds (
            recurring   INTEGER NOT NULL,
            place       INTEGER NOT NULL,
            url         TEXT NOT NULL,
            engine      INTEGER NOT NULL,
            PRIMARY KEY (recurring, place)
        ) WITHOUT ROWID;

        CREATE TABLE runs (
            recurring   INTEGER NOT NULL,
            number      INTEGER NOT NULL,               -- 1 for the first
            crawl       INTEGER NOT NULL UNIQUE,
            due_at      INTEGER NOT NULL,
            started_at  INTEGER NOT NULL,
            ended_at    INTEGER,
            fresh_since INTEGER,                        -- pages that an earlier run fetched then or later are not asked for; null: all are
            after_seq   INTEGER NOT NULL,               -- the last result stored before it: its own have higher numbers
            reused      INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (recurring, number)
        ) WITHOUT ROWID;

        CREATE TABLE last_read (                        -- of runs with freshness: each URL's latest result
            recurring   INTEGER NOT NULL,
            url         TEXT NOT NULL,
            fetched_at  INTEGER NOT NULL,
            result      INTEGER NOT NULL,
            PRIMARY KEY (recurring, url)
        ) WITHOUT ROWID;
        """;

    /// <summary>What came later and changes nothing of the above: made in databases that have it not, which earlier releases go on to understand.</summary>
    public const string Added = """
        -- Failed jobs by number: all, those of a reason, those of a crawl for a reason. The state is in the latter two because a query that only counts would read
        -- the rows for it otherwise.
        CREATE INDEX IF NOT EXISTS finished_dead ON finished (id) WHERE state = 3;
        CREATE INDEX IF NOT EXISTS finished_class ON finished (failure_class, state) WHERE state = 3;
        CREATE INDEX IF NOT EXISTS finished_crawl_class ON finished (crawl, failure_class, state) WHERE state = 3;

        CREATE TABLE IF NOT EXISTS artifact_names (     -- of a result's files, so that naming them does not unpack it
            job         INTEGER NOT NULL,
            name        TEXT NOT NULL,
            PRIMARY KEY (job, name)
        ) WITHOUT ROWID;
        """;
}
