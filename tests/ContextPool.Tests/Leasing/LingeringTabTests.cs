using ContextPool.Leasing;
using TestKit;

namespace ContextPool.Tests.Leasing;

/// <summary>Tabs that are lent on with the page of their last lease, to a holder who does not mind.</summary>
public sealed class LingeringTabTests : PoolTest
{
    [Fact]
    public async Task LeaseAsync_AtOnceAfterOneThatSucceeded_GetsTheTabAsItIs()
    {
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(Going("alice"));
        var context = Fake(lease);
        await ReturnAsync(lease);

        await using var next = await pool.LeaseAsync(Going("alice"));

        Fake(next).Should().BeSameAs(context);
        context.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task LeaseAsync_NextHolderMinds_GetsTheTabScrubbed()
    {
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(Going("alice"));
        var context = Fake(lease);
        await ReturnAsync(lease);

        await using var next = await pool.LeaseAsync(Going("alice") with { Navigates = false });

        Fake(next).Should().BeSameAs(context);
        context.Calls.Should().Equal(["scrub"]);
    }

    [Theory]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    public async Task LeaseAsync_LastLeaseFailedOrDidOtherThings_GetsTheTabScrubbed(bool navigates, bool succeeded, bool hasOneTab)
    {
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(Going("alice") with { Navigates = navigates });
        var context = Fake(lease);
        context.HasOneTab = hasOneTab;
        if (succeeded)
            lease.MarkSuccessful();
        await lease.DisposeAsync();

        await using var next = await pool.LeaseAsync(Going("alice"));

        Fake(next).Should().BeSameAs(context);
        context.Calls.Should().Equal(["scrub"]);
    }

    [Fact]
    public async Task LeaseAsync_TabThatDoesNotAnswer_IsClosedAndANewOneOpened()
    {
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(Going("alice"));
        var context = Fake(lease);
        context.WhileBeating = () => FakeBrowserLauncher.Hang;
        await ReturnAsync(lease);

        var asking = pool.LeaseAsync(Going("alice")).AsTask();
        await Eventually.HoldsAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromMilliseconds(300));
                return asking.IsCompleted;
            },
            Bounds.Short, "it is not waited for longer than a second");

        await using var next = await asking;
        Fake(next).Should().NotBeSameAs(context);
        await Eventually.HoldsAsync(() => context.IsClosed, Bounds.Short, "nobody gets it");
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(99, true)]
    [InlineData(100, false)]
    public async Task LeaseAsync_PageIsKnownToHaveAnswered_IsLentWithoutAQuestionForATenthOfASecond(int milliseconds, bool isLent)
    {
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(Going("alice"));
        var context = Fake(lease);
        context.WhileBeating = () => throw new InvalidOperationException("It was asked.");
        lease.MarkSuccessful(hasJustAnswered: true);
        await lease.DisposeAsync();
        Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));

        await using var next = await pool.LeaseAsync(Going("alice"));

        ReferenceEquals(Fake(next), context).Should().Be(isLent);
    }

    [Fact]
    public async Task Return_NobodyComes_IsScrubbedAfterAMoment()
    {
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(Going("alice"));
        var context = Fake(lease);
        await ReturnAsync(lease);
        context.Calls.Should().BeEmpty();

        await Eventually.HoldsAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromMilliseconds(100));
                return context.Calls.Contains("scrub");
            },
            Bounds.Short, "its page is left");
    }

    [Fact]
    public async Task DisposeAsync_TabLingers_IsNotWaitedFor()
    {
        var pool = CreatePool();
        var lease = await pool.LeaseAsync(Going("alice"));
        var context = Fake(lease);
        await ReturnAsync(lease);

        await pool.DisposeAsync().AsTask().WaitAsync(Bounds.Short);

        context.IsClosed.Should().BeTrue();
    }

    private static LeaseRequest Going(string owner) => new("test") { Key = new ContextKey(owner, "https://site.example"), Navigates = true };

    private static async Task ReturnAsync(ContextLease lease)
    {
        lease.MarkSuccessful();
        await lease.DisposeAsync();
    }
}
