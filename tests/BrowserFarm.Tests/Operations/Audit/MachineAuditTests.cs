using BrowserFarm.Operations.Audit;

namespace BrowserFarm.Tests.Operations.Audit;

public sealed class MachineAuditTests
{
    [Theory]
    [InlineData("1024", 8, FindingGrade.Ok)]
    [InlineData("1024", 40, FindingGrade.Warning)]
    [InlineData("unlimited", 1000, FindingGrade.Ok)]
    public void Descriptors_LimitAgainstContexts_IsJudged(string soft, int contexts, FindingGrade grade) =>
        MachineAudit.Descriptors(contexts, $"Limit                     Soft Limit           Hard Limit           Units\nMax open files            {soft}                1048576              files\n")
            .Grade.Should().Be(grade);

    [Fact]
    public void Look_ThisMachine_TellsOfAllThree() =>
        MachineAudit.Look(contexts: 1).Select(finding => finding.Subject).Should().Equal("temporary files", "shared memory", "file descriptors");
}
