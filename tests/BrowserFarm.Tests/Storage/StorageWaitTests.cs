using BrowserFarm.Queueing;
using BrowserFarm.Storage;
using BrowserFarm.Tests.Queueing;
using TestKit;

namespace BrowserFarm.Tests.Storage;

public sealed class StorageWaitTests
{
    private const int Waits = 2014;
    private const int GoesOn = 2015;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly RecordingLogger<StorageWait> _logger = new();
    private readonly StorageWait _storage;
    private Exception? _failure;
    private int _tries;

    public StorageWaitTests() => _storage = new StorageWait(_clock, _logger);

    public static TheoryData<Exception, bool> Failures => new()
    {
        { RefusingQueue.Full, true },
        { new QueueStorageException("damaged") { IsDamaged = true }, false },
        { new QueueStorageException("read-only") { IsDamaged = false }, false },
        { new IOException("No space left on device", 28), true },
        { new IOException("Disk quota exceeded", 122), true },
        { new IOException("Input/output error", 5), false },
        { new InvalidOperationException("ours"), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void IsPassing_Failure_IsTrueOnlyForThoseThatEndWithoutUs(Exception failure, bool expected) =>
        StorageWait.IsPassing(failure).Should().Be(expected);

    [Fact]
    public async Task InsistAsync_NothingWrong_IsDoneOnce()
    {
        (await InsistAsync()).Should().Be(1);

        _storage.Trouble.Should().BeNull();
        _logger.Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task InsistAsync_Full_IsDoneAgainUntilThereIsRoom()
    {
        _failure = RefusingQueue.Full;
        var since = _clock.GetUtcNow();
        var insisting = InsistAsync();
        for (var i = 0; i < 5; i++)
            await PassAsync();

        insisting.IsCompleted.Should().BeFalse();
        _storage.Trouble.Should().Be(new StorageTrouble(since, "The disk that holds crawl.db is full"));
        _failure = null;
        await PassAsync();

        (await insisting).Should().Be(7);
        _storage.Trouble.Should().BeNull();
        _logger.WithId(Waits).Should().ContainSingle("it is said once, however often it is tried");
        _logger.WithId(GoesOn).Should().ContainSingle();
    }

    [Theory]
    [InlineData(28, "No space left on device : '/x/page.png'", "The disk is full (No space left on device : '/x/page.png')")]
    [InlineData(122, "Disk quota exceeded : '/x/page.png'", "The disk quota is used up (Disk quota exceeded : '/x/page.png')")]
    public async Task Trouble_FileThatCannotBeWritten_IsToldInOurWordsAndTheSystems(int error, string message, string expected)
    {
        _failure = new IOException(message, error);
        var insisting = InsistAsync();
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 1, Bounds.Short, "it waits");

        _storage.Trouble!.Reason.Should().Be(expected);
        _failure = null;
        await PassAsync();
        await insisting;
    }

    [Fact]
    public async Task InsistAsync_SeveralWait_AreOneTroubleUntilTheLastIsThrough()
    {
        _failure = RefusingQueue.Full;
        using var giveUp = new CancellationTokenSource();
        var first = InsistAsync(giveUp.Token);
        var second = InsistAsync();
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 2, Bounds.Short, "both wait");

        await giveUp.CancelAsync();
        await first.Invoking(task => task).Should().ThrowAsync<QueueStorageException>();
        _storage.Trouble.Should().NotBeNull("the other waits on");
        _failure = null;
        await PassAsync();
        await second;

        _storage.Trouble.Should().BeNull();
        _logger.WithId(Waits).Should().ContainSingle();
    }

    [Fact]
    public async Task InsistAsync_GivenUp_TriesOnceMoreAndThrowsWhatFailed()
    {
        _failure = RefusingQueue.Full;
        using var giveUp = new CancellationTokenSource();
        var insisting = InsistAsync(giveUp.Token);
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 1, Bounds.Short, "it waits");

        await giveUp.CancelAsync();

        await insisting.Invoking(task => task).Should().ThrowAsync<QueueStorageException>();
        _tries.Should().Be(2);
        _storage.Trouble.Should().BeNull();
    }

    [Fact]
    public async Task InsistAsync_AnotherFailureWhileItWaits_IsThrown()
    {
        _failure = RefusingQueue.Full;
        var insisting = InsistAsync();
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 1, Bounds.Short, "it waits");
        _failure = new QueueStorageException("damaged") { IsDamaged = true };
        _clock.Advance(Pause);

        await insisting.Invoking(task => task).Should().ThrowAsync<QueueStorageException>().WithMessage("damaged");
        _storage.Trouble.Should().BeNull();
    }

    private async Task PassAsync()
    {
        await Eventually.HoldsAsync(() => _clock.ArmedTimers == 1, Bounds.Short, "it waits for the next try");
        _clock.Advance(Pause);
    }

    private Task<int> InsistAsync(CancellationToken giveUp = default) => _storage.InsistAsync(
        () =>
        {
            _tries++;
            return _failure is { } failure ? Task.FromException<int>(failure) : Task.FromResult(_tries);
        },
        giveUp);
}
