using BrowserFarm.Jobs;
using BrowserFarm.Scheduling;

namespace BrowserFarm.Workers;

/// <summary>Takes one job after the other: dispatch → attempt → settle. Only loops.</summary>
internal sealed class Worker(string name, Dispatcher dispatcher, AttemptRunner runner, Settler settler, WorkSignal signal, FarmOptions options)
{
    /// <param name="noMore">Stops taking jobs; the one in hand is finished.</param>
    /// <param name="abandon">Interrupts the one in hand; it goes back uncounted.</param>
    public async Task RunAsync(CancellationToken noMore, CancellationToken abandon)
    {
        while (true)
        {
            DispatchedJob next;
            try
            {
                next = await dispatcher.NextAsync(name, options.ClaimFor, noMore);
            }
            catch (OperationCanceledException) when (noMore.IsCancellationRequested)
            {
                return;
            }

            using (next.Admission)
            {
                AttemptOutcome outcome = new AttemptOutcome.Interrupted();
                try
                {
                    outcome = await runner.RunAsync(next.Claimed, next.Admission, abandon);
                }
                finally
                {
                    // Also when the runner threw (no browser, no disk): the job is given back before the farm hears of it.
                    await settler.SettleAsync(next.Claimed, outcome);
                }
            }

            signal.Raise();
        }
    }
}
