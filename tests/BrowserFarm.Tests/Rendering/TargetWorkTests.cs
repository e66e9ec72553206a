using BrowserFarm.Rendering.Readiness;
using TestKit;

namespace BrowserFarm.Tests.Rendering;

public sealed class TargetWorkTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly TargetWork _work;
    private int _done;

    public TargetWorkTests() => _work = new TargetWork(() => _done++, _time);

    public void Dispose() => _work.Dispose();

    [Fact]
    public void Done_DocumentParsedAndNothingInFlight_AfterThePause()
    {
        _work.Started();
        _work.Ended();
        _work.Parsed();

        _time.Advance(TargetWork.Pause - Moment);
        _done.Should().Be(0);
        _time.Advance(Moment);

        _done.Should().Be(1);
    }

    [Fact]
    public void Done_DocumentStillParsed_NotBefore()
    {
        _work.Started();
        _work.Ended();

        _time.Advance(TimeSpan.FromHours(1));

        _done.Should().Be(0, "its scripts may ask for more");
    }

    [Fact]
    public void Done_RequestStartedInThePause_WaitsForItAndAnotherPause()
    {
        _work.Parsed();
        _time.Advance(TargetWork.Pause - Moment);
        _work.Started();
        _time.Advance(TimeSpan.FromMinutes(1));
        _done.Should().Be(0);

        _work.Ended();
        _time.Advance(TargetWork.Pause - Moment);
        _done.Should().Be(0);
        _time.Advance(Moment);

        _done.Should().Be(1);
    }

    [Fact]
    public void Done_RequestsAfterIt_AreNotToldAgain()
    {
        _work.Parsed();
        _time.Advance(TargetWork.Pause);

        _work.Started();
        _work.Ended();
        _work.Parsed();
        _time.Advance(TimeSpan.FromHours(1));

        _done.Should().Be(1);
    }

    [Fact]
    public void Dispose_BeforeThePauseIsOver_TellsNothing()
    {
        _work.Parsed();
        _work.Dispose();
        _work.Started();
        _work.Ended();

        _time.Advance(TimeSpan.FromHours(1));

        _done.Should().Be(0);
        _time.ArmedTimers.Should().Be(0);
    }
}
