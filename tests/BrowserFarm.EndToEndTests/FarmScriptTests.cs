using System.Diagnostics;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>Pieces of the <c>farm</c> script that only a machine without this or that would run.</summary>
public sealed class FarmScriptTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("156.0.8078.108-1", 0)]
    [InlineData("(none)", 1)]
    public async Task HasCandidate_PackageInMoreVersionsThanAPipeHolds_TellsByItsCandidate(string candidate, int expected)
    {
        var table = string.Concat(Enumerable.Repeat("     1.2.3 500\n        500 http://example.org stable/main Packages\n", 2000));
        File.WriteAllText(_folder.Combine("policy"), $"chromium:\n  Installed: (none)\n  Candidate: {candidate}\n  Version table:\n{table}");
        File.WriteAllText(_folder.Combine("apt-cache"), "#!/bin/sh\nexec cat \"$(dirname \"$0\")/policy\"\n");
        File.SetUnixFileMode(_folder.Combine("apt-cache"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (await RunAsync("has_candidate", "has_candidate chromium")).Should().Be(expected);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<int> RunAsync(string function, string call)
    {
        var script = Path.Join(RepositoryRoot.Path, "farm");
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail; source <(sed -n '/^{function}()/,/^}}/p' '{script}'); {call}"]);
        start.Environment["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        using var bash = Process.Start(start)!;
        await bash.WaitForExitAsync();
        return bash.ExitCode;
    }
}
