using ContextPool.Leasing;
using ContextPool.Memory;
using TestKit;

namespace ContextPool.Tests.Leasing;

public sealed class PlaceBookTests : PoolTest
{
    [Fact]
    public async Task Place_FromOpeningToFree_IsCountedAllTheWay()
    {
        var (parts, book) = Create(capacity: 1);
        var (_, context, _) = await parts.OpenAsync();

        await book.TakeAsync(Fresh(), Cancellation);
        Counts(book).Should().Be((0, 0, 1, 0));
        var lease = parts.NewLease(context, Fresh());
        book.TryLend(lease).Should().BeTrue();
        Counts(book).Should().Be((1, 0, 0, 0));
        book.LeasesWhere(_ => true).Should().Equal(lease);
        book.TryTakeBack(lease).Should().BeTrue();
        Counts(book).Should().Be((0, 1, 0, 0));
        book.EndClosing();

        Counts(book).Should().Be((0, 0, 0, 0));
        book.TryTakeBack(lease).Should().BeFalse("it was taken back before");
        Counts(book).Should().Be((0, 0, 0, 0));
    }

    [Fact]
    public async Task TakeAsync_NoRoomBecauseOfAnyState_Waits()
    {
        var (parts, book) = Create(capacity: 3);
        var (_, context, _) = await parts.OpenAsync();
        await book.TakeAsync(Fresh(), Cancellation);                       // opening
        await book.TakeAsync(Fresh(), Cancellation);
        book.TryLend(parts.NewLease(context, Fresh()));                      // leased
        book.BeginClosing();                                               // closing, without ever having had a place

        var waiting = book.TakeAsync(Fresh(), Cancellation);
        Counts(book).Should().Be((1, 1, 1, 1));
        waiting.IsCompleted.Should().BeFalse();
        book.EndClosing();

        await waiting.WaitAsync(Bounds.Short);
        Counts(book).Should().Be((1, 0, 2, 0));
    }

    [Fact]
    public async Task EndOpening_SomebodyWaits_GetsThePlace()
    {
        var (_, book) = Create(capacity: 1);
        await book.TakeAsync(Fresh(), Cancellation);
        var waiting = book.TakeAsync(Fresh(), Cancellation);

        book.EndOpening();

        await waiting.WaitAsync(Bounds.Short);
        Counts(book).Should().Be((0, 0, 1, 0));
    }

    [Fact]
    public async Task TurnOpeningIntoClosing_PlaceStaysTaken()
    {
        var (_, book) = Create(capacity: 1);
        await book.TakeAsync(Fresh(), Cancellation);

        book.TurnOpeningIntoClosing();

        Counts(book).Should().Be((0, 1, 0, 0));
        book.TakeAsync(Fresh(), Cancellation).IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task SetCapacity_Higher_ServesThoseWhoWaitInOrder()
    {
        var (_, book) = Create(capacity: 0);
        var waiting = Enumerable.Range(0, 3).Select(_ => book.TakeAsync(Fresh(), Cancellation)).ToList();

        var (before, after) = book.SetCapacity(TimeSpan.Zero, (_, _) => new PoolCapacity(2, CapacityBound.Memory));

        before.Contexts.Should().Be(0);
        after.Should().Be(new PoolCapacity(2, CapacityBound.Memory));
        await Task.WhenAll(waiting[..2]).WaitAsync(Bounds.Short);
        waiting[2].IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task SetCapacity_Leases_AreSettledOnceTheyHadTimeToGrow()
    {
        var (parts, book) = Create(capacity: 10);
        var (_, context, _) = await parts.OpenAsync();
        await LendAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        await LendAsync();
        book.BeginClosing();
        await book.TakeAsync(Fresh(), Cancellation);
        (int Settled, int Taken) told = default;

        book.SetCapacity(TimeSpan.FromSeconds(5), (settled, taken) =>
        {
            told = (settled, taken);
            return new PoolCapacity(10, CapacityBound.Memory);
        });

        told.Should().Be((2, 4), "one old lease and one that closes; the young one and the opening one are still to grow");

        async Task LendAsync()
        {
            await book.TakeAsync(Fresh(), Cancellation);
            book.TryLend(parts.NewLease(context, Fresh())).Should().BeTrue();
        }
    }

    [Fact]
    public async Task Close_Book_RefusesThoseInLineAndNewOnesAndGivesOutItsLeasesOnce()
    {
        var (parts, book) = Create(capacity: 2);
        var (_, context, _) = await parts.OpenAsync();
        await book.TakeAsync(Fresh(), Cancellation);
        var lease = parts.NewLease(context, Fresh());
        book.TryLend(lease);
        await book.TakeAsync(Fresh(), Cancellation);   // opens just now
        var waiting = book.TakeAsync(Fresh(), Cancellation);

        book.Close().Should().Equal(lease);

        book.Close().Should().BeNull();
        await waiting.Awaiting(task => task.WaitAsync(Bounds.Short)).Should().ThrowAsync<ObjectDisposedException>();
        await book.Awaiting(closed => closed.TakeAsync(Fresh(), Cancellation)).Should().ThrowAsync<ObjectDisposedException>();
        book.TryLend(parts.NewLease(context, Fresh())).Should().BeFalse();
        Counts(book).Should().Be((1, 0, 1, 0));
    }

    private (Parts Parts, PlaceBook Book) Create(int capacity)
    {
        var book = new PlaceBook(Clock);
        book.SetCapacity(TimeSpan.Zero, (_, _) => new PoolCapacity(capacity, CapacityBound.Configured));
        return (CreateParts(), book);
    }

    private static (int Leased, int Closing, int Opening, int Waiting) Counts(PlaceBook book) =>
        book.Counts() is var (_, leased, closing, opening, waiting) ? (leased, closing, opening, waiting) : default;
}
