using ContextPool.Leasing;
using ContextPool.Memory;
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
    public static partial void CellLost(this ILogger logger, int cellId, int contexts, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "Cell {CellId} killed (browser pid {BrowserPid}, driver pid {DriverPid}): {Reason}")]
    public static partial void CellKilled(this ILogger logger, int cellId, int? browserPid, int? driverPid, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "A browser did not start: {Reason}")]
    public static partial void LaunchFailed(this ILogger logger, string reason);

    [LoggerMessage(1005, LogLevel.Debug, "Cell {CellId}: closing the driver connection failed: {Reason}")]
    public static partial void DriverCloseFailed(this ILogger logger, int cellId, string reason);

    [LoggerMessage(1100, LogLevel.Debug, "Lease {LeaseId} for {Holder} opened in cell {CellId}")]
    public static partial void LeaseOpened(this ILogger logger, long leaseId, string holder, int cellId);

    [LoggerMessage(1101, LogLevel.Debug, "Lease {LeaseId} of {Holder} returned after {HeldMilliseconds} ms")]
    public static partial void LeaseReturned(this ILogger logger, long leaseId, string holder, long heldMilliseconds);

    [LoggerMessage(1102, LogLevel.Warning, "Lease {LeaseId} of {Holder} ended early after {HeldMilliseconds} ms: {Loss}")]
    public static partial void LeaseLost(this ILogger logger, long leaseId, string holder, long heldMilliseconds, LeaseLoss loss);

    [LoggerMessage(1103, LogLevel.Warning, "A context of cell {CellId} did not close in {BoundMilliseconds} ms")]
    public static partial void CloseTimedOut(this ILogger logger, int cellId, long boundMilliseconds);

    [LoggerMessage(1200, LogLevel.Information, "Capacity is {Contexts} contexts, bound by {Bound} ({AvailableMegabytes} MB available, {Source})")]
    public static partial void CapacityChanged(this ILogger logger, int contexts, CapacityBound bound, long availableMegabytes, MemorySource source);

    [LoggerMessage(1201, LogLevel.Warning, "Memory could not be read, keeping the last capacity: {Reason}")]
    public static partial void MemoryUnreadable(this ILogger logger, string reason);
}
