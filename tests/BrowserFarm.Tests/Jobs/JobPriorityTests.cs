using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Jobs;

public sealed class JobPriorityTests
{
    [Theory]
    [InlineData(-1001)]
    [InlineData(1001)]
    [InlineData(int.MinValue)]
    public void NewJob_PriorityOutOfRange_IsRefusedHoweverItIsSet(int priority)
    {
        var job = Some.Job("https://a.example/");

        job.Invoking(one => new NewJob(one.Url, 0, FoundOn: null, Lane.Normal, priority)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*-1000 to 1000*");
        job.Invoking(one => one with { Priority = priority }).Should().Throw<ArgumentOutOfRangeException>();
        job.Invoking(_ => Some.Spec() with { Priority = priority }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(-1000)]
    [InlineData(1000)]
    public void NewJob_PriorityAtAnEndOfItsRange_IsTaken(int priority) =>
        (Some.Job("https://a.example/") with { Priority = priority }).Priority.Should().Be(priority);
}
