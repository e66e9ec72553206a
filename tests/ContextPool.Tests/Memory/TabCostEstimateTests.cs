using ContextPool.Memory;
using FsCheck.Fluent;
using TestKit;

namespace ContextPool.Tests.Memory;

public sealed class TabCostEstimateTests
{
    private const long Megabyte = 1L << 20;

    [Fact]
    public void Bytes_NothingMeasured_IsThePrior()
    {
        var estimate = new TabCostEstimate(new ContextPoolOptions());

        estimate.Bytes.Should().Be(150 * Megabyte);
        estimate.Samples.Should().Be(0);
    }

    [Theory]
    [InlineData(20, 100)]    // as many as the prior counts for: half way from 150 to 50
    [InlineData(180, 60)]
    [InlineData(380, 55)]
    [InlineData(400, 54)]
    [InlineData(4000, 54)]   // 50 + 100 × 20 / 420, and no nearer
    public void Add_SameCostAgainAndAgain_FadesThePrior(int samples, long megabytes)
    {
        var estimate = After(Enumerable.Repeat(50 * Megabyte, samples));

        (estimate.Bytes / Megabyte).Should().Be(megabytes);
        estimate.Samples.Should().Be(samples);
    }

    [Fact]
    public void Add_FewLargeTabsAmongSmallOnes_TakesTheUpperEnd()
    {
        var oneInTen = After(Enumerable.Range(0, 4000).Select(i => (i % 10 == 0 ? 500 : 50) * Megabyte));
        var oneInFifty = After(Enumerable.Range(0, 4000).Select(i => (i % 50 == 0 ? 500 : 50) * Megabyte));

        oneInTen.Bytes.Should().BeGreaterThan(450 * Megabyte);
        oneInFifty.Bytes.Should().BeLessThan(60 * Megabyte);
    }

    [Fact]
    public void Add_OldCostsLeaveTheWindow_ForgetsThem()
    {
        var estimate = After(Enumerable.Repeat(500 * Megabyte, 400).Concat(Enumerable.Repeat(60 * Megabyte, 200)));

        estimate.Bytes.Should().BeLessThan(65 * Megabyte);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Add_NotPositive_IsNoMeasurement(long bytes)
    {
        var estimate = new TabCostEstimate(new ContextPoolOptions());

        estimate.Add(bytes);

        estimate.Samples.Should().Be(0);
        estimate.Bytes.Should().Be(150 * Megabyte);
    }

    [Theory]
    [InlineData(150, 1, 40)]
    [InlineData(150, long.MaxValue / Megabyte, 600)]
    [InlineData(16, 1, 16)]         // the operator's figure widens the bounds
    [InlineData(1000, 4000, 1000)]
    public void Bytes_BeyondTheBounds_StaysAtThem(long prior, long measured, long expected)
    {
        var options = new ContextPoolOptions { TabBytes = prior * Megabyte };

        var estimate = After(Enumerable.Repeat(measured * Megabyte, 1000), options);

        estimate.Bytes.Should().Be(expected * Megabyte);
    }

    [Fact]
    public void Bytes_AnyMeasurements_IsWithinTheBoundsAndNearTheirUpperEnd() => ForAll.Values(
        Costs(),
        costs =>
        {
            var bytes = After(costs).Bytes;

            bytes.Should().BeInRange(TabCostEstimate.MinBytes, TabCostEstimate.MaxBytes);

            var latest = costs.TakeLast(200).Order().ToList();
            var percentile = latest.Count == 0 ? 150 * Megabyte : latest[(int)Math.Ceiling(latest.Count * 0.95) - 1];
            var weight = Math.Min(400, costs.Length);
            var expected = percentile + ((150 * Megabyte) - percentile) * 20.0 / (20 + weight);
            ((double)bytes).Should().BeApproximately(Math.Clamp(expected, TabCostEstimate.MinBytes, TabCostEstimate.MaxBytes), 1);
        });

    [Fact]
    public void Bytes_EveryMeasurementLarger_IsNeverLower() => ForAll.Values(
        Costs().Zip(Gen.Choose(0, 300).ArrayOf(700)),
        pair =>
        {
            var (costs, more) = pair;

            var larger = After(costs.Select((cost, i) => cost + (more[i] * Megabyte)));

            larger.Bytes.Should().BeGreaterThanOrEqualTo(After(costs).Bytes);
        });

    [Fact]
    public void Add_MoreThanEverMeasuredAndExpected_NeverLowers() => ForAll.Values(
        Costs(),
        costs =>
        {
            // The window is not full yet, so nothing leaves it; and the upper end is above what was expected.
            var estimate = After(costs.Take(150).Select(cost => cost + (150 * Megabyte)));
            var before = estimate.Bytes;

            estimate.Add(2000 * Megabyte);

            estimate.Bytes.Should().BeGreaterThanOrEqualTo(before);
        });

    [Fact]
    public async Task Add_ByManyThreads_LosesNone()
    {
        var estimate = new TabCostEstimate(new ContextPoolOptions());

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
                estimate.Add(50 * Megabyte);
        })));

        estimate.Samples.Should().Be(4000);
        (estimate.Bytes / Megabyte).Should().Be(54);
    }

    private static FsCheck.Gen<long[]> Costs() =>
        Gen.Choose(0, 700).SelectMany(count => Gen.Choose(1, 900).Select(megabytes => megabytes * Megabyte).ArrayOf(count));

    private static TabCostEstimate After(IEnumerable<long> costs, ContextPoolOptions? options = null)
    {
        var estimate = new TabCostEstimate(options ?? new ContextPoolOptions());
        foreach (var cost in costs)
            estimate.Add(cost);
        return estimate;
    }
}
