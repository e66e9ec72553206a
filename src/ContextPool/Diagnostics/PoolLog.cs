using ContextPool.Leasing;
using ContextPool.Memory;
using ContextPool.Recycling;
using ContextPool.Watchdog;
using Microsoft.Extensions.Logging;

namespace ContextPool.Diagnostics;

/// <summary>Every message of the pool; ids 1000 to 1999.</summary>
internal static partial class PoolLog
{
    [LoggerMessage(1000, LogLevel.Information, "Cell {CellId} started: {Executable}, browser {Version}, pid {BrowserPid}, driver pid {DriverPid}, sandbox {Sandbox}")]
    public static partial void CellStarted(this ILogger logger, int cellId, string executable, string version, int? browserPid, int? driverPid, bool sandbox);

    [LoggerMessage(1001, LogLevel.Information, "Cell {CellId} closed after {Served} contexts: {Reason}")]
    public static partial void CellClosed(this ILogger logger, int cellId, int served, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "Cell {CellId} lost with {Contexts} contexts open: {Reason}")]
    public static partial void CellLost(this ILogger logger, int cellId, int contexts, CellLossReason reason);

    [LoggerMessage(1003, LogLevel.Warning, "Cell {CellId} killed (browser pid {BrowserPid}, driver pid {DriverPid}) at the age of {AgeSeconds} s: {Reason}")]
    public static partial void CellKilled(this ILogger logger, int cellId, int? browserPid, int? driverPid, CellLossReason reason, long ageSeconds);

    [LoggerMessage(1004, LogLevel.Warning, "A browser did not start: {Reason}")]
    public static partial void LaunchFailed(this ILogger logger, string reason);

    [LoggerMessage(1005, LogLevel.Debug, "Cell {CellId}: closing the driver connection failed: {Reason}")]
    public static partial void DriverCloseFailed(this ILogger logger, int cellId, string reason);

    [LoggerMessage(1006, LogLevel.Information, "Cell {CellId} takes no more after {Served} contexts: {Reason}")]
    public static partial void CellRetiring(this ILogger logger, int cellId, int served, RecycleReason reason);

    [LoggerMessage(1007, LogLevel.Warning, "Cell {CellId} is worn ({Reason}) but could not be replaced: {Problem}")]
    public static partial void NotReplaced(this ILogger logger, int cellId, RecycleReason reason, string problem);

    [LoggerMessage(1008, LogLevel.Warning, "Cell {CellId}: its GPU process died, {Deaths} times so far")]
    public static partial void GpuDied(this ILogger logger, int cellId, int deaths);

    [LoggerMessage(1009, LogLevel.Warning, "Cell {CellId}: its network process died; the cookies of its {Leases} leases are lost, and so are they")]
    public static partial void NetworkServiceDied(this ILogger logger, int cellId, int leases);

    [LoggerMessage(1010, LogLevel.Debug, "A blank context could not be opened ahead: {Reason}")]
    public static partial void BlankNotOpened(this ILogger logger, string reason);

    [LoggerMessage(1100, LogLevel.Debug, "Lease {LeaseId} for {Holder} opened in cell {CellId}")]
    public static partial void LeaseOpened(this ILogger logger, long leaseId, string holder, int cellId);

    [LoggerMessage(1101, LogLevel.Debug, "Lease {LeaseId} of {Holder} returned after {HeldMilliseconds} ms")]
    public static partial void LeaseReturned(this ILogger logger, long leaseId, string holder, long heldMilliseconds);

    [LoggerMessage(1102, LogLevel.Warning, "Lease {LeaseId} of {Holder} ended early after {HeldMilliseconds} ms: {Loss} (page silent for {SilentMilliseconds} ms)")]
    public static partial void LeaseLost(this ILogger logger, long leaseId, string holder, long heldMilliseconds, LeaseLoss loss, long silentMilliseconds);

    [LoggerMessage(1103, LogLevel.Warning, "A context of cell {CellId} did not close in {BoundMilliseconds} ms")]
    public static partial void CloseTimedOut(this ILogger logger, int cellId, long boundMilliseconds);

    [LoggerMessage(1104, LogLevel.Warning, "The context of lease {LeaseId} of {Holder} in cell {CellId} was closed by {Rung} at the age of {AgeMilliseconds} ms: {Loss}")]
    public static partial void ContextKilled(this ILogger logger, long leaseId, string holder, int cellId, KillRung rung, long ageMilliseconds, LeaseLoss loss);

    [LoggerMessage(1105, LogLevel.Error, "Lease {LeaseId} leaked: {Holder} has not let go of it after {HeldSeconds} s, twice its bound ({Loss}); its context was closed")]
    public static partial void LeaseLeaked(this ILogger logger, long leaseId, string holder, long heldSeconds, LeaseLoss loss);

    [LoggerMessage(1200, LogLevel.Information, "Capacity is {Contexts} contexts, bound by {Bound} ({AvailableMegabytes} MB available, {Source})")]
    public static partial void CapacityChanged(this ILogger logger, int contexts, CapacityBound bound, long availableMegabytes, MemorySource source);

    [LoggerMessage(1201, LogLevel.Warning, "Memory could not be read, keeping the last capacity: {Reason}")]
    public static partial void MemoryUnreadable(this ILogger logger, string reason);

    [LoggerMessage(1202, LogLevel.Warning, "Memory pressure is {Level} ({UsedPercent} % of {LimitMegabytes} MB used)")]
    public static partial void PressureChanged(this ILogger logger, PressureLevel level, int usedPercent, long limitMegabytes);

    [LoggerMessage(1203, LogLevel.Warning, "A page's process of cell {CellId} (pid {Pid}) was killed at {Megabytes} MB, more than a tab may have")]
    public static partial void RendererKilled(this ILogger logger, int cellId, int pid, long megabytes);

    [LoggerMessage(1204, LogLevel.Error, "The kernel killed {Count} processes of our control group because memory ran out")]
    public static partial void OutOfMemory(this ILogger logger, long count);

    [LoggerMessage(1205, LogLevel.Warning, "The processes of the browsers could not be looked at: {Reason}")]
    public static partial void InspectionFailed(this ILogger logger, string reason);

    [LoggerMessage(1206, LogLevel.Warning, "Memory was about to run out ({AvailableMegabytes} MB left): killed a {Kind} process of cell {CellId} (pid {Pid}) that held {Megabytes} MB")]
    public static partial void KilledForMemory(this ILogger logger, int cellId, BrowserProcessKind kind, int pid, long megabytes, long availableMegabytes);

    [LoggerMessage(1207, LogLevel.Debug, "A look at what is left of memory failed: {Reason}")]
    public static partial void GuardFailed(this ILogger logger, string reason);

    [LoggerMessage(1300, LogLevel.Warning, "The watchdog came {LateMilliseconds} ms late; nobody is blamed for the silence of that time")]
    public static partial void WatchdogLate(this ILogger logger, long lateMilliseconds);

    [LoggerMessage(1301, LogLevel.Error, "A sweep of the watchdog failed")]
    public static partial void WatchdogFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1302, LogLevel.Information, "Removed what a dead program left in {Folder}, and {Processes} of its processes")]
    public static partial void OrphanSwept(this ILogger logger, string folder, int processes);

    [LoggerMessage(1303, LogLevel.Warning, "Orphans below {Folder} could not be swept: {Reason}")]
    public static partial void OrphanSweepFailed(this ILogger logger, string folder, string reason);
}
