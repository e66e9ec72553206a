using BrowserFarm.Scheduling;
using TestKit;

namespace BrowserFarm.Tests.Scheduling;

public sealed class WorkerSlotsTests
{
    private readonly WorkerSlots _slots = new(2);

    [Fact]
    public async Task TakeAsync_AllTaken_WaitsForOneToComeBackInOrder()
    {
        var first = await TakeAsync();
        using var second = await TakeAsync();
        var third = _slots.TakeAsync(CancellationToken.None);
        var fourth = _slots.TakeAsync(CancellationToken.None);
        third.IsCompleted.Should().BeFalse();

        first.Dispose();
        first.Dispose();

        using var slot = await third.WaitAsync(Bounds.Short);
        fourth.IsCompleted.Should().BeFalse("giving back twice counts once");
        _slots.Taken.Should().Be(2);
    }

    [Fact]
    public async Task Limit_Raised_LetsWaitersIn()
    {
        using var first = await TakeAsync();
        using var second = await TakeAsync();
        var third = _slots.TakeAsync(CancellationToken.None);

        _slots.Limit = 3;

        (await third.WaitAsync(Bounds.Short)).Dispose();
    }

    [Fact]
    public async Task Limit_Lowered_TakesNobodysSlotAndLetsNobodyIn()
    {
        var first = await TakeAsync();
        var second = await TakeAsync();
        _slots.Limit = 0;
        _slots.Limit.Should().Be(1, "one can always be worked on");
        var third = _slots.TakeAsync(CancellationToken.None);

        first.Dispose();
        third.IsCompleted.Should().BeFalse();
        second.Dispose();

        (await third.WaitAsync(Bounds.Short)).Dispose();
    }

    [Fact]
    public async Task TakeAsync_CalledOff_LeavesItsPlaceToTheNext()
    {
        var first = await TakeAsync();
        using var second = await TakeAsync();
        using var stop = new CancellationTokenSource();
        var given = _slots.TakeAsync(stop.Token);
        var next = _slots.TakeAsync(CancellationToken.None);

        await stop.CancelAsync();
        await given.Invoking(waiting => waiting).Should().ThrowAsync<OperationCanceledException>();
        first.Dispose();

        (await next.WaitAsync(Bounds.Short)).Dispose();
    }

    [Fact]
    public async Task TakeAsync_ManyTakersGivingUpAtAnyMoment_LoseNoSlot()
    {
        var random = new Random(1);
        var takers = Enumerable.Range(0, 200).Select(async _ =>
        {
            using var stop = new CancellationTokenSource();
            if (random.Next(2) == 0)
                stop.CancelAfter(TimeSpan.FromMilliseconds(random.Next(3)));
            try
            {
                using var slot = await _slots.TakeAsync(stop.Token);
                await Task.Yield();
                _slots.Taken.Should().BeLessThanOrEqualTo(2);
            }
            catch (OperationCanceledException)
            {
                // Gave up in time.
            }
        });

        await Task.WhenAll(takers).WaitAsync(Bounds.Medium);

        _slots.Taken.Should().Be(0);
    }

    private Task<IDisposable> TakeAsync() => _slots.TakeAsync(CancellationToken.None).WaitAsync(Bounds.Short);
}
