namespace BrowserFarm.IntegrationTests.Diagnostics;

/// <summary>A test that needs a program of Prometheus. <c>./farm test</c> sees to it that it is there; where it cannot be had, the test is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PrometheusToolFactAttribute : FactAttribute
{
    /// <param name="program"><c>promtool</c> or <c>prometheus</c>.</param>
    public PrometheusToolFactAttribute(string program)
    {
        Program = program;
        if (Find(program) is null)
            Skip = $"NOT TESTED: {program} is not on the PATH. ./farm test fetches it where Debian's packages can be reached; or: sudo apt-get install -y prometheus";
    }

    public string Program { get; }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Join(folder, program)).FirstOrDefault(File.Exists);
}
