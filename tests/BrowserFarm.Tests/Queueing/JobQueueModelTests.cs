using System.Globalization;
using System.Text;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Queueing.Sqlite;
using FsCheck;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Queueing;

/// <summary>Random sequences of operations show the same on SQLite as in memory, whose counts are counted and not kept.</summary>
public sealed class JobQueueModelTests
{
    private const string CrawlId = "crawl";
    private const int MaxPages = 9;

    private static readonly string[] Urls =
        [.. from host in new[] { "a", "b", "c" } from page in Enumerable.Range(0, 4) select $"https://{host}.example/{page}"];

    private static readonly Lane[] Lanes = Enum.GetValues<Lane>();

    /// <summary>One call on a queue. Numbers pick from what there is at the time.</summary>
    public abstract record Step
    {
        public sealed record Submit(int[] Pages, Lane Lane, int Priority, Engine Engine, bool IsDeferred, string? Key) : Step;

        public sealed record TakeUp(int LineBelow, int AtMost) : Step;

        public sealed record Skip(int Page, SkipReason Reason) : Step;

        public sealed record Claim(Engine Engine, Lane[] Lanes, int Seconds) : Step;

        public sealed record Close(int Host, int Seconds) : Step;

        /// <summary>The target is done with a request before its job is settled.</summary>
        public sealed record Release(int WhichClaim) : Step;

        public sealed record Settle(int WhichClaim, int How, int Seconds, int[] Found) : Step;

        public sealed record Renew(int First, int Count, int Seconds) : Step;

        public sealed record Advance(int Milliseconds) : Step;

        public sealed record Rescue(bool EveryClaim) : Step;

        public sealed record Pause : Step;

        public sealed record Resume : Step;

        public sealed record CancelJob(int Job) : Step;

        /// <summary>Comes to nothing in most sequences, which would be short ones otherwise.</summary>
        public sealed record CancelCrawl(int AtMost) : Step;
    }

    [Fact]
    public void AnySequence_OnSqliteAndInMemory_ShowsTheSame()
    {
        using var folder = new TempFolder();
        var run = 0;
        ForAll.Values(
            Arb.From(Sequences(), Shorter),
            steps =>
            {
                var clock = new ManualTimeProvider();
                var memory = Play(steps, new InMemoryJobQueue(clock), clock);
                clock = new ManualTimeProvider();
                var sqlite = Play(steps, SqliteJobQueue.Open(folder.Combine($"{++run}.db"), clock), clock);

                for (var i = 0; i < steps.Length; i++)
                    sqlite[i].Should().Be(memory[i], "after step {0}, {1}", i, steps[i]);
                sqlite[^1].Should().Be(memory[^1], "after everything was let run to its end");
                memory[^1].Should().StartWith(nameof(CrawlCounts.IsFinished), "no job is ever forgotten");
            },
            count: 150);
    }

    private static Gen<Step[]> Sequences()
    {
        var page = Gen.Choose(0, Urls.Length - 1);
        var pages = Gen.Choose(0, 4).SelectMany(count => page.ArrayOf(count));
        var seconds = Gen.Choose(-1, 20);
        var step = Gen.Frequency(
            (2, from some in pages
                from lane in Gen.Elements(Lanes)
                from priority in Gen.Choose(-1, 1)
                from engine in Gen.Elements(Engine.Browser, Engine.Browser, Engine.Http)
                from isDeferred in Gen.Elements(true, false, false)
                from key in Gen.Elements(null, null, null, "one", "two")
                select (Step)new Step.Submit(some, lane, priority, engine, isDeferred, key)),
            (1, Gen.Choose(0, 3).Zip(Gen.Choose(0, 3), (below, most) => (Step)new Step.TakeUp(below, most))),
            (1, page.Zip(Gen.Elements(SkipReason.Robots, SkipReason.BadUrl), (which, reason) => (Step)new Step.Skip(which, reason))),
            (4, from lanes in Gen.Shuffle(Lanes)
                from count in Gen.Choose(1, 3)
                from hold in seconds
                from engine in Gen.Elements(Engine.Browser, Engine.Browser, Engine.Http)
                select (Step)new Step.Claim(engine, lanes[..count], hold)),
            (1, Gen.Choose(0, 2).Zip(seconds, (host, closed) => (Step)new Step.Close(host, closed))),
            (5, from which in Gen.Choose(0, 20)
                from how in Gen.Choose(0, 7)
                from later in seconds
                from found in pages
                select (Step)new Step.Settle(which, how, later, found)),
            (2, Gen.Choose(0, 20).Select(which => (Step)new Step.Release(which))),
            (2, from first in Gen.Choose(0, 20)
                from count in Gen.Choose(0, 4)
                from hold in seconds
                select (Step)new Step.Renew(first, count, hold)),
            (2, Gen.Choose(0, 8000).Select(milliseconds => (Step)new Step.Advance(milliseconds))),
            (1, Gen.Elements(true, false, false).Select(every => (Step)new Step.Rescue(every))),
            (1, Gen.Constant((Step)new Step.Pause())),
            (2, Gen.Constant((Step)new Step.Resume())),
            (1, Gen.Choose(1, 9).Select(job => (Step)new Step.CancelJob(job))),
            (1, Gen.Choose(1, 30).Select(most => (Step)new Step.CancelCrawl(most))));
        return Gen.Choose(1, 40).SelectMany(count => step.ArrayOf(count));
    }

    /// <summary>The sequence without one of its halves, then without one of its steps.</summary>
    private static IEnumerable<Step[]> Shorter(Step[] steps)
    {
        if (steps.Length > 1)
        {
            yield return steps[..(steps.Length / 2)];
            yield return steps[(steps.Length / 2)..];
        }

        for (var i = 0; i < steps.Length; i++)
            yield return [.. steps[..i], .. steps[(i + 1)..]];
    }

    private static List<string> Play(Step[] steps, IJobQueue queue, ManualTimeProvider clock) =>
        Task.Run(() => PlayAsync(steps, queue, clock)).GetAwaiter().GetResult();   // FsCheck's properties are synchronous

    /// <summary>What can be seen after each step.</summary>
    private static async Task<List<string>> PlayAsync(Step[] steps, IJobQueue queue, ManualTimeProvider clock)
    {
        await using var owned = queue;
        var order = (CrawlOrder)(steps.Length % 3);
        var crawl = Some.Crawl(CrawlId, MaxPages);
        await queue.CreateCrawlAsync(crawl with { Spec = crawl.Spec with { Order = order } }, default);
        // Of the three targets one takes a request at a time, one two, and one any number.
        var gate = new FakeGate(clock) { Limits = { [Some.Target(Urls[0])] = 1, [Some.Target(Urls[4])] = 2 } };
        var claims = new List<AdmittedJob>();
        var seen = new List<string>();
        foreach (var step in steps)
            seen.Add($"{await TakeAsync(step, queue, clock, gate, claims)}\n{await LookAsync(queue)}");
        seen.Add(await FinishAsync(queue, clock, gate, claims));
        return seen;
    }

    /// <summary>Ends every attempt as its holder would, and then claims what is due until nothing is: without a rescue, which would put back what was forgotten.</summary>
    private static async Task<string> FinishAsync(IJobQueue queue, ManualTimeProvider clock, FakeGate gate, List<AdmittedJob> claims)
    {
        foreach (var claim in claims)
        {
            claim.Permit.Dispose();
            await queue.SettleAsync(claim.Claimed.Claim, Some.Ack(), default);
        }

        if (await queue.ResumeAsync(CrawlId, default) == CrawlPhase.Cancelled)
            await queue.CancelAsync(CrawlId, atMost: 1000, default);   // the rest of what was called off in part
        clock.Advance(TimeSpan.FromHours(1));
        await queue.TakeUpAsync(lineBelow: 1000, atMost: 1000, default);
        foreach (var engine in Enum.GetValues<Engine>())
        {
            while (await queue.ClaimNextAsync(engine, Lanes, gate, "worker", TimeSpan.FromMinutes(1), default) is { } next)
            {
                next.Permit.Dispose();
                await queue.SettleAsync(next.Claimed.Claim, Some.Ack(next.Claimed.Job.Url.Value), default);
            }
        }

        var counts = await queue.CountAsync(CrawlId, default);
        return $"{(counts.IsFinished ? nameof(counts.IsFinished) : "jobs are left")} {counts} {await queue.NextReadyAsync(Engine.Browser, default)} {await queue.NextReadyAsync(Engine.Http, default)} {gate.InFlight}";
    }

    private static async Task<string> TakeAsync(Step step, IJobQueue queue, ManualTimeProvider clock, FakeGate gate, List<AdmittedJob> claims)
    {
        switch (step)
        {
            case Step.Submit submit:
                return await SubmitAsync(submit, queue);
            case Step.TakeUp up:
                return (await queue.TakeUpAsync(up.LineBelow, up.AtMost, default)).ToString(CultureInfo.InvariantCulture);
            case Step.Skip skip:
                await queue.SkipAsync(CrawlId, [new SkippedUrl(Urls[skip.Page], skip.Reason, FoundOn: null)], default);
                return "";
            case Step.Claim claim:
                var claimed = await queue.ClaimNextAsync(claim.Engine, claim.Lanes, gate, "worker", TimeSpan.FromSeconds(claim.Seconds), default);
                if (claimed is not null)
                    claims.Add(claimed);
                return claimed?.Claimed.ToString() ?? "none";
            case Step.Close close:
                gate.ClosedUntil[Some.Target(Urls[close.Host * 4])] = clock.GetUtcNow() + TimeSpan.FromSeconds(close.Seconds);
                return "";
            case Step.Release release:
                if (claims.Count == 0)
                    return "";
                var served = claims[release.WhichClaim % claims.Count];
                served.Permit.Dispose();
                gate.Opened.Add(served.Claimed.Job.Url.Target);
                return "";
            case Step.Settle settle:
                if (claims.Count == 0)
                    return "";
                var settlement = SettlementOf(settle, clock.GetUtcNow() + TimeSpan.FromSeconds(settle.Seconds));
                var held = claims[settle.WhichClaim % claims.Count];
                held.Permit.Dispose();
                return (await queue.SettleAsync(held.Claimed.Claim, settlement, default)).ToString(CultureInfo.InvariantCulture);
            case Step.Renew renew:
                var renewed = claims.Skip(renew.First % (claims.Count + 1)).Take(renew.Count).Select(claim => claim.Claimed.Claim).ToList();
                return string.Join(", ", await queue.RenewAsync(renewed, TimeSpan.FromSeconds(renew.Seconds), default));
            case Step.Advance advance:
                clock.Advance(TimeSpan.FromMilliseconds(advance.Milliseconds));
                return "";
            case Step.Pause:
                return (await queue.PauseAsync(CrawlId, default)).ToString();
            case Step.Resume:
                return (await queue.ResumeAsync(CrawlId, default)).ToString();
            case Step.CancelJob cancel:
                return $"{await queue.CancelJobAsync(cancel.Job, default)}";
            case Step.CancelCrawl { AtMost: <= 2 } cancel:
                return (await queue.CancelAsync(CrawlId, cancel.AtMost, default)).ToString(CultureInfo.InvariantCulture);
            case Step.CancelCrawl:
                return "";
            default:
                return (await queue.RescueAsync(((Step.Rescue)step).EveryClaim, default)).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static async Task<string> SubmitAsync(Step.Submit submit, IJobQueue queue)
    {
        var jobs = submit.Pages.Select(page => Some.Job(Urls[page], depth: page % 3) with
        {
            Lane = submit.Lane,
            Priority = submit.Priority,
            Engine = submit.Engine,
            IsDeferred = submit.IsDeferred,
        });
        try
        {
            return (await queue.SubmitAsync(CrawlId, [.. jobs], submit.Key, default)).ToString();
        }
        catch (Exception exception) when (exception is SubmissionKeyException or CrawlCancelledException)
        {
            return exception.Message;
        }
    }

    private static Settlement SettlementOf(Step.Settle settle, DateTimeOffset later) => settle.How switch
    {
        0 => new Settlement.Ack(
            Some.Page(title: settle.Seconds.ToString(CultureInfo.InvariantCulture)),
            Some.Jobs([.. settle.Found.Select(page => Urls[page])]),
            [.. settle.Found.Select(page => new SkippedUrl(Urls[page], SkipReason.Excluded, FoundOn: null))]),
        1 => new Settlement.Retry(Some.Failure(), later),
        2 => new Settlement.Hold(Some.Failure(FailureKind.Throttled), later),
        3 => new Settlement.Refund(Some.Failure(FailureKind.ContextLost), later),
        4 => new Settlement.Return(),
        5 => new Settlement.Reassign((Engine)(settle.Seconds % 2)),
        7 => new Settlement.Cancel(),
        _ => new Settlement.DeadLetter(Some.Failure(FailureKind.Permanent)),
    };

    private static async Task<string> LookAsync(IJobQueue queue)
    {
        var look = new StringBuilder();
        look.AppendLine(CultureInfo.InvariantCulture, $"{(await queue.FindEntryAsync(CrawlId, default))!.Phase} {await queue.CountAsync(CrawlId, default)} {await queue.CountAsync(null, default)}");
        look.AppendLine(CultureInfo.InvariantCulture, $"{await queue.DepthAsync(longFrom: 1000, default)}");
        look.AppendLine(CultureInfo.InvariantCulture, $"next ready {await queue.NextReadyAsync(Engine.Browser, default):O} {await queue.NextReadyAsync(Engine.Http, default):O}");
        look.AppendLine(string.Join(", ", (await queue.CountSkippedAsync(CrawlId, default)).OrderBy(pair => pair.Key).Select(pair => pair.ToString())));
        look.AppendLine(string.Join(", ", (await queue.ReadResultsAsync(CrawlId, 0, 100, default)).Select(result => $"{result.Sequence}: {result.Document.Title}")));
        foreach (var letter in await queue.ReadDeadLettersAsync(CrawlId, 0, 100, default))
        {
            look.AppendLine(CultureInfo.InvariantCulture, $"{letter.Job} {letter.Failure} {string.Join(", ", letter.Attempts)}");
            foreach (var attempt in letter.Attempts)
                attempt.Waited.BeforeAttempt.Should().Be((long)(attempt.StartedAt - attempt.QueuedAt).TotalMilliseconds, "every millisecond has a cause: {0}", attempt);
        }

        return look.ToString();
    }
}
