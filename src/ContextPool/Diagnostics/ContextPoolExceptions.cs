namespace ContextPool;

/// <summary>No place came free in time.</summary>
public sealed class LeaseTimeoutException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>No usable Chromium was found on this machine.</summary>
public sealed class BrowserNotFoundException(string message) : Exception(message);

/// <summary>A browser was found but could not be started, or did not answer once started.</summary>
public sealed class BrowserLaunchException(string message, Exception? innerException = null) : Exception(message, innerException);
