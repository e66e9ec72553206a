using ContextPool.Watchdog;

namespace ContextPool.Tests.Watchdog;

public sealed class KillTimeTests
{
    private readonly KillAfterOptions _options = new();

    [Theory]
    [InlineData(0, 45)]
    [InlineData(99, 45)]
    [InlineData(100, 35)]   // 3 × 10 s + 5 s
    public void For_SoManySuccesses_IsLearnedFromAHundredOn(int successes, double expected)
    {
        var time = new KillTime(_options);

        Add(time, "a", 10, successes);

        time.For("a").Should().Be(TimeSpan.FromSeconds(expected));
        time.For(target: null).Should().Be(TimeSpan.FromSeconds(expected));
        time.For("never seen").Should().Be(TimeSpan.FromSeconds(expected));
    }

    [Fact]
    public void For_TargetWithEnough_IsItsOwnAndTheOthersShareOne()
    {
        var time = new KillTime(_options);
        Add(time, "slow", 20, 100);
        Add(time, "quick", 8, 99);
        Add(time, target: null, 8, 301);   // the window of all holds 500: the slow ones make a fifth of it

        time.For("slow").Should().Be(TimeSpan.FromSeconds(65));
        time.For("quick").Should().Be(TimeSpan.FromSeconds(65), "99 of its own are too few: it is judged like everybody");
        Add(time, "quick", 8, 1);
        time.For("quick").Should().Be(TimeSpan.FromSeconds(29), "now it has a hundred");
    }

    [Fact]
    public void For_SpreadDurations_TakesThe99thPercentileByNearestRank()
    {
        var time = new KillTime(_options);
        foreach (var i in Enumerable.Range(1, 100).Reverse())
            time.Succeeded(target: null, TimeSpan.FromSeconds(i * 0.3));

        time.For(target: null).Should().Be((3 * TimeSpan.FromSeconds(29.7)) + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void For_OneMoreSuccess_IsTakenIn()
    {
        var time = new KillTime(_options);
        Add(time, "a", 10, 100);
        time.For("a").Should().Be(TimeSpan.FromSeconds(35));

        Add(time, "a", 12, 2);

        time.For("a").Should().Be(TimeSpan.FromSeconds(41), "two of 102 are above the 99th percentile's rank");
    }

    [Fact]
    public void For_OldSuccesses_AreForgottenAfter500()
    {
        var time = new KillTime(_options);
        Add(time, "a", 30, 100);
        time.For("a").Should().Be(TimeSpan.FromSeconds(95));

        Add(time, "a", 10, 495);
        time.For("a").Should().Be(TimeSpan.FromSeconds(35), "only five of the slow ones are left in 500, one too few");

        Add(time, "a", 10, 5);
        time.For("a").Should().Be(TimeSpan.FromSeconds(35));
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(4.9, 20)]
    [InlineData(5.1, 20.3)]
    [InlineData(38, 119)]
    [InlineData(39, 120)]
    [InlineData(1000, 120)]
    public void For_LearnedBeyondTheBounds_IsClamped(double took, double expected)
    {
        var time = new KillTime(_options);

        Add(time, "a", took, 100);

        time.For("a").Should().Be(TimeSpan.FromSeconds(expected));
    }

    [Fact]
    public void For_OtherOptions_AreUsed()
    {
        _options.Least = TimeSpan.FromSeconds(1);
        _options.Most = TimeSpan.FromSeconds(8);
        _options.Default = TimeSpan.FromSeconds(3);
        _options.Buffer = TimeSpan.FromSeconds(0.5);
        var time = new KillTime(_options);
        time.For("a").Should().Be(TimeSpan.FromSeconds(3));

        Add(time, "a", 2, 100);

        time.For("a").Should().Be(TimeSpan.FromSeconds(6.5));
    }

    [Fact]
    public void Succeeded_MoreThanAThousandTargets_ForgetsTheOneUnusedLongest()
    {
        var time = new KillTime(_options);
        Add(time, "old", 30, 100);
        Add(time, "used", 30, 100);
        for (var i = 0; i < 998; i++)
            Add(time, $"{i}", 1, 1);
        Add(time, "old", 30, 1);   // used again: now it is not the oldest
        time.For("old").Should().Be(TimeSpan.FromSeconds(95));
        time.For("used").Should().Be(TimeSpan.FromSeconds(95), "a thousand are remembered");

        Add(time, "one too many", 1, 1);

        time.For("old").Should().Be(TimeSpan.FromSeconds(95));
        time.For("used").Should().Be(time.For(target: null)).And.NotBe(TimeSpan.FromSeconds(95), "it is forgotten");
    }

    private static void Add(KillTime time, string? target, double seconds, int count)
    {
        for (var i = 0; i < count; i++)
            time.Succeeded(target, TimeSpan.FromSeconds(seconds));
    }
}
