using BrowserFarm.Diagnostics;
using BrowserFarm.Operations.Audit;
using ContextPool;
using ContextPool.Diagnostics;
using ContextPool.Leasing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Service;

/// <summary>Starts a browser when the service starts, opens a page, and looks at how it really runs and at what the machine has for it.</summary>
/// <remarks>Before a page was open the service is not ready: one that says so and cannot open a page is worse than none.</remarks>
public sealed class SelfAudit(IContextPool pool, TimeProvider time, ILogger<SelfAudit> logger) : BackgroundService
{
    /// <summary>A browser that does not start now may do so later: memory comes free, a disk is mounted.</summary>
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    private volatile IReadOnlyList<Finding> _findings = [];
    private volatile string? _problem = "The first browser is being started.";

    /// <summary>What was found; empty before the first page was open.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Why no page was open yet; null when one was.</summary>
    public string? Problem => _problem;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryAsync(stoppingToken))
            await Task.Delay(TryAgain, time, stoppingToken);
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var lease = await pool.LeaseAsync(new LeaseRequest("self-audit"), cancellationToken);
            _ = lease.Page;
            var seen = pool.Snapshot();
            var browser = seen.Cells.Select(cell => cell.BrowserPid).OfType<int>().Select(BrowserTraits.Read).OfType<BrowserTraits>().FirstOrDefault();
            _findings = [.. browser is null ? [] : BrowserAudit.Judge(browser), .. MachineAudit.Look(seen.Capacity.Contexts)];
            _problem = null;
            foreach (var finding in _findings.Where(finding => finding.Grade != FindingGrade.Ok))
                logger.AuditFound(finding.Subject, finding.Text, finding.Remedy ?? "");
            return true;
        }
        catch (Exception exception) when (exception is BrowserLaunchException or BrowserNotFoundException or LeaseTimeoutException)
        {
            if (exception.Message != _problem)
                logger.NoBrowserYet(exception.Message);
            _problem = exception.Message;
            return false;
        }
    }
}
