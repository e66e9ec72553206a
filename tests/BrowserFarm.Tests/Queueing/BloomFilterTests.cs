using BrowserFarm.Queueing;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Queueing;

public sealed class BloomFilterTests
{
    [Fact]
    public void MayContain_WhateverWasAdded_IsNeverForgotten() => ForAll.Values(
        Gen.Choose(1, 64).Zip(Gen.Choose(-1_000_000, 1_000_000).Select(number => $"https://a.example/{number}").ListOf(), (capacity, texts) => (Capacity: capacity, Texts: texts)),
        some =>
        {
            var filter = new BloomFilter(some.Capacity);   // often far more than it was made for
            foreach (var text in some.Texts)
                filter.Add(TextHash.Of(text));

            some.Texts.Where(text => !filter.MayContain(TextHash.Of(text))).Should().BeEmpty();
        });

    [Theory]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public void MayContain_FilledToItsCapacity_IsWrongAboutAsOftenAsStated(int capacity)
    {
        var filter = new BloomFilter(capacity);
        for (var i = 0; i < capacity; i++)
            filter.Add(TextHash.Of($"https://a.example/{i}"));

        var wrong = Enumerable.Range(0, 20_000).Count(number => filter.MayContain(TextHash.Of($"https://b.example/{number}")));

        (wrong / 20_000.0).Should().BeLessThan(1.5 * BloomFilter.FalsePositiveRatio);
    }

    [Fact]
    public void MayContain_NothingAdded_KnowsNothing() =>
        Enumerable.Range(0, 1000).Should().NotContain(number => new BloomFilter(16).MayContain(TextHash.Of($"{number}")));

    [Fact]
    public void Bytes_AMillionUrls_AreAsTheFormulaSays() =>
        new BloomFilter(1_000_000).Bytes.Should().BeCloseTo(1_198_132, 16, "9.585 bits each at one in a hundred");

    [Fact]
    public void Growing_FarBeyondItsFirstSize_ForgetsNothingAndStaysRight()
    {
        var filter = new SeenFilter();
        const int Texts = 200_000;   // three times grown
        for (var i = 0; i < Texts; i++)
            filter.Add($"https://a.example/{i}");

        Enumerable.Range(0, Texts).Should().OnlyContain(number => filter.MayContain($"https://a.example/{number}"));
        var wrong = Enumerable.Range(0, 20_000).Count(number => filter.MayContain($"https://b.example/{number}"));
        (wrong / 20_000.0).Should().BeLessThan(3 * BloomFilter.FalsePositiveRatio);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_000_000)]
    [InlineData(27_000_000)]
    [InlineData(1_000_000_000_000)]
    public void Bytes_AnyNumberExpected_StayBounded(long expected)
    {
        var filter = new SeenFilter(expected);

        filter.Bytes.Should().BePositive().And.BeLessThanOrEqualTo(SeenFilter.MaxBytes);
    }
}
