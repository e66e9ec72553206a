using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <content>Forgetting.</content>
public sealed partial class InMemoryJobQueue
{
    public Task<ForgettablePart?> FindForgettableAsync(string recurringId, int keepRuns, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepRuns, 1);
        lock (_gate)
        {
            if (!_recurring.TryGetValue(recurringId, out var entry) || entry.Ended.Count == 0 || entry.Crawl.LastRun!.Number - keepRuns < entry.Ended[0].Number)
                return Task.FromResult<ForgettablePart?>(null);

            var run = entry.Ended[0];
            if (_crawls[run.CrawlId] is { Crawl.Spec.Webhook: not null } crawl && DeliveredUnsynchronized(crawl) is { WithEnd: false } or { Undelivered: > 0 })
                return Task.FromResult<ForgettablePart?>(null);

            var jobs = _jobs.Values.Where(job => job.Job.CrawlId == run.CrawlId && JobTransitions.IsTerminal(job.State)).Select(job => job.Job.Id).ToHashSet();
            var others = _jobs.Values.Where(job => !jobs.Contains(job.Job.Id)).SelectMany(job => job.Files).ToHashSet(StringComparer.Ordinal);
            var files = jobs.SelectMany(job => _jobs[job].Files).Distinct(StringComparer.Ordinal).Where(file => !others.Contains(file));
            return Task.FromResult<ForgettablePart?>(new ForgettablePart(run, [.. jobs.Order()], [.. files], IsLast: true));
        }
    }

    public Task ForgetAsync(ForgettablePart part, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var entry = _recurring.Values.First(recurring => recurring.Ended.Contains(part.Run));
            entry.Ended.Remove(part.Run);
            foreach (var url in entry.LastRead.Where(read => read.Value.Run == part.Run.Number).Select(read => read.Key).ToList())
                entry.LastRead.Remove(url);
            _results.RemoveAll(result => result.CrawlId == part.Run.CrawlId);
            foreach (var job in part.Jobs)
                _jobs.Remove(job);
            foreach (var line in _lines)
                line.Jobs.RemoveAll(job => job.Job.CrawlId == part.Run.CrawlId);
            _crawls.Remove(part.Run.CrawlId);
        }

        return Task.CompletedTask;
    }
}
