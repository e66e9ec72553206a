namespace ContextPool.Browsers;

/// <summary>The variables that a driver is started with: where it and its browser put what is temporary, and where it finds its scripts compiled.</summary>
/// <remarks>
/// Playwright has no option for either and starts the driver with this program's environment, before its first await. For that moment the variables are
/// changed; .NET keeps its own copy of the environment, so no native code sees it.
/// </remarks>
/// <param name="cellFolder">Folder of the cell.</param>
/// <param name="workFolder">The folder that has it, which only this user can write to.</param>
internal sealed class DriverEnvironment(string cellFolder, string workFolder)
{
    /// <summary>
    /// Where Node keeps what it has compiled, of a driver's scripts nearly 7 MB of source: measured, a driver answers after 212 ms instead of 265. It checks what it finds against the
    /// source and its own version, and writes when a driver has ended in the orderly way and nothing was there.
    /// </summary>
    public const string CompiledVariable = "NODE_COMPILE_CACHE";

    private const string TemporaryVariable = "TMPDIR";

    /// <summary>Name of the folder in the work folder.</summary>
    public const string CompiledFolder = "compiled";

    /// <summary>Runs what starts the driver. Whoever has set a folder for what is compiled keeps it.</summary>
    public T While<T>(Func<T> start)
    {
        var (temporary, compiled) = (Environment.GetEnvironmentVariable(TemporaryVariable), Environment.GetEnvironmentVariable(CompiledVariable));
        Environment.SetEnvironmentVariable(TemporaryVariable, cellFolder);
        Environment.SetEnvironmentVariable(CompiledVariable, compiled ?? Path.Join(workFolder, CompiledFolder));
        try
        {
            return start();
        }
        finally
        {
            Environment.SetEnvironmentVariable(TemporaryVariable, temporary);
            Environment.SetEnvironmentVariable(CompiledVariable, compiled);
        }
    }
}
