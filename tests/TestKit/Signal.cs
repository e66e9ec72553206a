using System.Runtime.InteropServices;

namespace TestKit;

/// <summary>Sends signals to processes that a test started, by id.</summary>
public static partial class Signal
{
    /// <summary>SIGKILL.</summary>
    public static void Kill(int pid) => Send(pid, 9);

    /// <summary>SIGSTOP: the process stands still and answers nothing, but lives.</summary>
    public static void Stop(int pid) => Send(pid, 19);

    /// <summary>SIGCONT: a stopped process goes on where it stood.</summary>
    public static void Continue(int pid) => Send(pid, 18);

    /// <summary>SIGINT, as Ctrl-C sends it.</summary>
    public static void Interrupt(int pid) => Send(pid, 2);

    /// <summary>SIGTERM.</summary>
    public static void Terminate(int pid) => Send(pid, 15);

    private static void Send(int pid, int signal)
    {
        if (pid <= 1)
            throw new ArgumentOutOfRangeException(nameof(pid), pid, "Only a process of the test's own.");
        _ = SendSignal(pid, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
