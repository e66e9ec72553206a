using System.Runtime.InteropServices;

namespace BrowserFarm.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks to stop, the second to stop now.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly Action _stop;
    private readonly Action _stopNow;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _received;

    public StopSignals(Action stop, Action stopNow)
    {
        _stop = stop;
        _stopNow = stopNow;
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Whether any signal came.</summary>
    public bool Received => Volatile.Read(ref _received) > 0;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;   // the program ends itself, in its own order
        if (Interlocked.Increment(ref _received) == 1)
            _stop();
        else
            _stopNow();
    }
}
