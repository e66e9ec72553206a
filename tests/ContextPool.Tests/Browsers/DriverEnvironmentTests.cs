using ContextPool.Browsers;

namespace ContextPool.Tests.Browsers;

public sealed class DriverEnvironmentTests
{
    private readonly DriverEnvironment _environment = new("/work/cell-1", "/work");

    [Fact]
    public void While_StartingADriver_NamesTheCellsFolderAndWhereScriptsAreKeptCompiled()
    {
        var (temporary, compiled) = _environment.While(() => (Environment.GetEnvironmentVariable("TMPDIR"), Environment.GetEnvironmentVariable("NODE_COMPILE_CACHE")));

        temporary.Should().Be("/work/cell-1");
        compiled.Should().Be("/work/compiled");
    }

    [Fact]
    public void While_StartFails_LeavesTheVariablesAsTheyWere()
    {
        var before = (Environment.GetEnvironmentVariable("TMPDIR"), Environment.GetEnvironmentVariable("NODE_COMPILE_CACHE"));

        FluentActions.Invoking(() => _environment.While<int>(() => throw new IOException("no driver"))).Should().Throw<IOException>();

        (Environment.GetEnvironmentVariable("TMPDIR"), Environment.GetEnvironmentVariable("NODE_COMPILE_CACHE")).Should().Be(before);
    }

    [Fact]
    public void While_SomebodyHasSetWhereToKeepWhatIsCompiled_LeavesThat()
    {
        Environment.SetEnvironmentVariable("NODE_COMPILE_CACHE", "/elsewhere");
        try
        {
            _environment.While(() => Environment.GetEnvironmentVariable("NODE_COMPILE_CACHE")).Should().Be("/elsewhere");
        }
        finally
        {
            Environment.SetEnvironmentVariable("NODE_COMPILE_CACHE", null);
        }
    }
}
