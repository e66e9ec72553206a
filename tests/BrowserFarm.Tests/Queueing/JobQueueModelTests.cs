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

    /// <summary>One call on a queue. Numbers pick from what there is at the time.</summary>
    public abstract record Step
    {
        public sealed record Submit(int[] Pages) : Step;

        public sealed record Skip(int Page, SkipReason Reason) : Step;

        public sealed record Claim(int Host, int Seconds) : Step;

        public sealed record Settle(int WhichClaim, int How, int Seconds, int[] Found) : Step;

        public sealed record Advance(int Milliseconds) : Step;

        public sealed record Rescue(bool EveryClaim) : Step;
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
            },
            count: 60);
    }

    private static Gen<Step[]> Sequences()
    {
        var page = Gen.Choose(0, Urls.Length - 1);
        var pages = Gen.Choose(0, 4).SelectMany(count => page.ArrayOf(count));
        var seconds = Gen.Choose(-1, 20);
        var step = Gen.Frequency(
            (2, pages.Select(some => (Step)new Step.Submit(some))),
            (1, page.Zip(Gen.Elements(SkipReason.Robots, SkipReason.BadUrl), (which, reason) => (Step)new Step.Skip(which, reason))),
            (4, Gen.Choose(0, 2).Zip(seconds, (host, hold) => (Step)new Step.Claim(host, hold))),
            (5, from which in Gen.Choose(0, 20)
                from how in Gen.Choose(0, 5)
                from later in seconds
                from found in pages
                select (Step)new Step.Settle(which, how, later, found)),
            (2, Gen.Choose(0, 8000).Select(milliseconds => (Step)new Step.Advance(milliseconds))),
            (1, Gen.Elements(true, false, false).Select(every => (Step)new Step.Rescue(every))));
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
        await queue.CreateCrawlAsync(Some.Crawl(CrawlId, MaxPages), default);
        var claims = new List<Claim>();
        var seen = new List<string>();
        foreach (var step in steps)
            seen.Add($"{await TakeAsync(step, queue, clock, claims)}\n{await LookAsync(queue)}");
        return seen;
    }

    private static async Task<string> TakeAsync(Step step, IJobQueue queue, ManualTimeProvider clock, List<Claim> claims)
    {
        switch (step)
        {
            case Step.Submit submit:
                return (await queue.SubmitAsync(CrawlId, Some.Jobs([.. submit.Pages.Select(page => Urls[page])]), default)).ToString();
            case Step.Skip skip:
                await queue.SkipAsync(CrawlId, [new SkippedUrl(Urls[skip.Page], skip.Reason, FoundOn: null)], default);
                return "";
            case Step.Claim claim:
                var claimed = await queue.ClaimAsync(Some.Target(Urls[claim.Host * 4]), "worker", TimeSpan.FromSeconds(claim.Seconds), default);
                if (claimed is not null)
                    claims.Add(claimed.Claim);
                return claimed?.ToString() ?? "none";
            case Step.Settle settle:
                if (claims.Count == 0)
                    return "";
                var settlement = SettlementOf(settle, clock.GetUtcNow() + TimeSpan.FromSeconds(settle.Seconds));
                return (await queue.SettleAsync(claims[settle.WhichClaim % claims.Count], settlement, default)).ToString(CultureInfo.InvariantCulture);
            case Step.Advance advance:
                clock.Advance(TimeSpan.FromMilliseconds(advance.Milliseconds));
                return "";
            default:
                return (await queue.RescueAsync(((Step.Rescue)step).EveryClaim, default)).ToString(CultureInfo.InvariantCulture);
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
        _ => new Settlement.DeadLetter(Some.Failure(FailureKind.Permanent)),
    };

    private static async Task<string> LookAsync(IJobQueue queue)
    {
        var look = new StringBuilder();
        look.AppendLine(CultureInfo.InvariantCulture, $"{await queue.CountAsync(CrawlId, default)}");
        look.AppendLine(CultureInfo.InvariantCulture, $"next due {await queue.NextDueAsync(default):O}");
        look.AppendLine(string.Join(", ", (await queue.ReadyTargetsAsync(0, 10, default)).Select(target => target.Value)));
        look.AppendLine(string.Join(", ", (await queue.CountSkippedAsync(CrawlId, default)).OrderBy(pair => pair.Key).Select(pair => pair.ToString())));
        look.AppendLine(string.Join(", ", (await queue.ReadResultsAsync(CrawlId, 0, 100, default)).Select(result => $"{result.Sequence}: {result.Document.Title}")));
        foreach (var letter in await queue.ReadDeadLettersAsync(CrawlId, 0, 100, default))
            look.AppendLine(CultureInfo.InvariantCulture, $"{letter.Job} {letter.Failure} {string.Join(", ", letter.Attempts)}");
        return look.ToString();
    }
}
