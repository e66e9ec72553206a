using ContextPool.Browsers;
using ContextPool.Leasing;
using TestKit;

namespace ContextPool.Tests.Leasing;

public sealed class WarmShelfTests
{
    private static readonly ContextKey Alice = new("alice", "https://site.example");
    private static readonly ContextKey Bob = new("bob", "https://site.example");

    private readonly WarmShelf _shelf = new();
    private readonly BrowserCell _cell = new(1, new FakeBrowserLauncher().LaunchAsync(new ContextPoolOptions(), CancellationToken.None).GetAwaiter().GetResult(), new ManualTimeProvider());

    [Fact]
    public void TryTake_SameKeyAndProfile_TakesTheOnePutLastAndOnlyOnce()
    {
        var first = Put(Alice);
        var second = Put(Alice);
        Put(Bob);

        _shelf.TryTake(Alice, "p").Should().BeSameAs(second);
        _shelf.TryTake(Alice, "p").Should().BeSameAs(first);
        _shelf.TryTake(Alice, "p").Should().BeNull();
        _shelf.Count.Should().Be(1);
    }

    [Fact]
    public void TryTake_KeyMadeAnew_IsTheSameKey()
    {
        var entry = Put(Alice);

        _shelf.TryTake(new ContextKey("alice", "https://site.example"), "p").Should().BeSameAs(entry);
    }

    [Fact]
    public void TryTake_OtherKeyOrProfile_TakesNothing()
    {
        Put(Alice);
        Put(key: null, "q");

        _shelf.TryTake(Bob, "p").Should().BeNull();
        _shelf.TryTake(Alice, "q").Should().BeNull();
        _shelf.TryTake(key: null, "p").Should().BeNull("somebody's context is not blank, and the blank one has another profile");
        _shelf.Count.Should().Be(2);
    }

    [Fact]
    public void TryTake_NullKey_TakesABlankOne()
    {
        Put(Alice);
        var blank = Put(key: null);
        _shelf.Blanks.Should().Be(1);

        _shelf.TryTake(Bob, "p").Should().BeNull("a blank one is not of that key");
        _shelf.TryTake(key: null, "p").Should().BeSameAs(blank);

        _shelf.Blanks.Should().Be(0);
    }

    [Fact]
    public void TryTakeOldest_Several_TakesThemInTheOrderTheyCame()
    {
        ShelvedContext[] entries = [Put(Alice), Put(key: null), Put(Bob)];

        entries.Select(_ => _shelf.TryTakeOldest()).Should().Equal(entries);
        _shelf.TryTakeOldest().Should().BeNull();
    }

    [Fact]
    public void TryTakeThis_TakenBefore_IsFalse()
    {
        var entry = Put(Alice);
        var other = Put(Alice);

        _shelf.TryTake(entry).Should().BeTrue();

        _shelf.TryTake(entry).Should().BeFalse();
        _shelf.TryTake(Alice, "p").Should().BeSameAs(other);
    }

    [Fact]
    public void TakeWhere_Condition_TakesAllOfThoseAndLeavesTheRest()
    {
        ShelvedContext[] alices = [Put(Alice), Put(Alice)];
        var bob = Put(Bob);

        _shelf.TakeWhere(entry => entry.Key == Alice).Should().BeEquivalentTo(alices, options => options.ComparingByValue<ShelvedContext>());

        _shelf.TakeWhere(_ => true).Should().Equal(bob);
        _shelf.Count.Should().Be(0);
    }

    [Fact]
    public void Close_Full_GivesThemOutAndTakesNoMore()
    {
        var entry = Put(Alice);

        _shelf.Close().Should().Equal(entry);

        _shelf.TryPut(entry).Should().BeFalse();
        _shelf.Count.Should().Be(0);
    }

    [Fact]
    public async Task TryTake_ManyAtOnce_GiveEachToOneOnly()
    {
        for (var i = 0; i < 1000; i++)
            Put(Alice);

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(taker => Task.Run(() =>
        {
            var mine = new List<ShelvedContext>();
            while ((taker % 2 == 0 ? _shelf.TryTake(Alice, "p") : _shelf.TryTakeOldest()) is { } entry)
                mine.Add(entry);
            return mine;
        })));

        taken.SelectMany(mine => mine).Should().HaveCount(1000).And.OnlyHaveUniqueItems();
    }

    private ShelvedContext Put(ContextKey? key, string profile = "p")
    {
        var entry = new ShelvedContext(new PooledContext(_cell, opened: null!, profile, openedAt: 0), key, shelvedAt: 0);
        _shelf.TryPut(entry).Should().BeTrue();
        return entry;
    }
}
