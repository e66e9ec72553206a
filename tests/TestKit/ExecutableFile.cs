using System.Diagnostics;

namespace TestKit;

/// <summary>Makes programs for a test to start.</summary>
/// <remarks>
/// Another process writes them: were one open for writing in this process while another thread starts a program, the child would hold it
/// open until it has become that program, and starting it meanwhile fails with "text file busy" (execve(2), ETXTBSY).
/// </remarks>
public static class ExecutableFile
{
    /// <summary>A copy of a program, under another name.</summary>
    public static Task CopyAsync(string from, string to) => RunAsync("cp", ["--", from, to], input: null);

    /// <summary>A script that its owner may start.</summary>
    /// <param name="script">Its text, from <c>#!</c> on.</param>
    public static Task WriteAsync(string path, string script) => RunAsync("sh", ["-c", "cat >\"$1\" && chmod 700 \"$1\"", "sh", path], script);

    private static async Task RunAsync(string program, string[] arguments, string? input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Bounds.Medium);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
