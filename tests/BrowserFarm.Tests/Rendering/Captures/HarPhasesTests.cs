using BrowserFarm.Rendering.Captures;

namespace BrowserFarm.Tests.Rendering.Captures;

public sealed class HarPhasesTests
{
    private static readonly NetworkExchange Exchange = new("1", "https://a.example/", "GET", "Document", Started: 100, StartedAt: DateTimeOffset.UnixEpoch) { Ended = 100.5 };

    [Fact]
    public void Of_NewConnection_HasEveryPhaseAndTheirSum()
    {
        var phases = HarPhases.Of(With(new AnswerTiming(RequestTime: 100.01, 5, 25, 25, 75, 40, 75, 76, 77, 277)));

        phases.Should().Be(new HarPhases(Blocked: 15, Dns: 20, Connect: 50, Send: 1, Wait: 200, Receive: 213, Ssl: 35));
        phases.Total.Should().Be(499, "ssl is a part of connect");
    }

    [Fact]
    public void Of_ReusedConnection_HasNoneOfItsOwn()
    {
        var phases = HarPhases.Of(With(new AnswerTiming(RequestTime: 100, -1, -1, -1, -1, -1, -1, 2, 3, 103)));

        phases.Should().Be(new HarPhases(Blocked: 2, Dns: -1, Connect: -1, Send: 1, Wait: 100, Receive: 397, Ssl: -1));
        phases.Total.Should().Be(500);
    }

    [Fact]
    public void Of_CacheOrNoAnswer_KnowsOnlyHowLongItTook()
    {
        HarPhases.Of(Exchange).Should().Be(new HarPhases(-1, -1, -1, 0, 500, 0, -1));
        HarPhases.Of(Exchange with { Ended = null }).Total.Should().Be(0);
    }

    private static NetworkExchange With(AnswerTiming timing) =>
        Exchange with { Answer = new NetworkAnswer(200, "OK", "h2", "text/html", [], null, null, FromCache: false, timing) };
}
