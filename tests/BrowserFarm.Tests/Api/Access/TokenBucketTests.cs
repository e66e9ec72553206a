using BrowserFarm.Api.Access;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Api.Access;

public sealed class TokenBucketTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(1, 1, 60)]
    [InlineData(10, 1, 6)]
    [InlineData(600, 60, 0.1)]
    [InlineData(1_000_000, 100_000, 0.00006)]
    public void TryTake_Burst_IsATenthOfAMinute(int perMinute, int burst, double secondsToNext)
    {
        var bucket = new TokenBucket(perMinute, _time);

        Enumerable.Range(0, burst).Should().OnlyContain(_ => bucket.TryTake().IsAllowed);
        bucket.TryTake().RetryAfter!.Value.TotalSeconds.Should().BeApproximately(secondsToNext, 1e-6);
    }

    [Fact]
    public void TryTake_AfterRetryAfter_IsAllowed() => ForAll.Values(
        Gen.Choose(1, 5000).Zip(Gen.Choose(0, 100).ListOf()),
        sample =>
        {
            var (perMinute, pauses) = sample;
            var bucket = new TokenBucket(perMinute, _time);
            foreach (var pause in pauses)
            {
                _time.Advance(TimeSpan.FromMilliseconds(pause));
                if (bucket.TryTake().RetryAfter is not { } wait)
                    continue;

                wait.Should().BePositive();
                _time.Advance(wait + TimeSpan.FromTicks(1));
                bucket.TryTake().IsAllowed.Should().BeTrue();
            }
        });

    [Fact]
    public void TryTake_AMinuteOfAsking_GivesTheRateAndOneBurst()
    {
        var bucket = new TokenBucket(600, _time);
        var taken = 0;
        for (var i = 0; i < 6000; i++)
        {
            taken += bucket.TryTake().IsAllowed ? 1 : 0;
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        taken.Should().BeInRange(658, 660);
    }

    [Fact]
    public void TryTake_Tokens_HaveRatesOfTheirOwn()
    {
        var rates = new TokenRates(_time);
        var slow = new AccessToken("slow", new byte[32], ["admin"], 1, 1, null);
        var free = slow with { Name = "free", RequestsPerMinute = null };

        rates.TryTake(slow).IsAllowed.Should().BeTrue();
        rates.TryTake(slow).IsAllowed.Should().BeFalse();
        rates.TryTake(slow with { Scopes = ["metrics"] }).IsAllowed.Should().BeFalse("a reload that leaves the rate alone refills nothing");
        rates.TryTake(slow with { Name = "other" }).IsAllowed.Should().BeTrue();
        rates.TryTake(free).IsAllowed.Should().BeTrue();
        rates.TryTake(free).IsAllowed.Should().BeTrue();
    }
}
