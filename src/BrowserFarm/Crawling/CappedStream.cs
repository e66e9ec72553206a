namespace BrowserFarm.Crawling;

/// <summary>The beginning of a stream that may be too long, and of which a look may be taken before it is read. Ends where a bound is reached.</summary>
/// <param name="inner">Stays the caller's to dispose.</param>
/// <param name="maxBytes">Most bytes that are handed out.</param>
/// <param name="stop">Ends a read for which the reader has no token of its own.</param>
internal sealed class CappedStream(Stream inner, long maxBytes, CancellationToken stop) : Stream
{
    private byte[] _head = [];
    private int _headTaken;
    private long _left = maxBytes;
    private long _run;

    /// <summary>There is more of it than was asked for.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Most bytes without a <c>&lt;</c>: what a reader of XML must keep at once is never longer.</summary>
    public long MaxRun { get; set; } = long.MaxValue;

    /// <summary>It ended at a run that is longer than <see cref="MaxRun"/>.</summary>
    public bool HasLongRun { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first bytes, which are read again afterwards. Called once, before anything is read.</summary>
    /// <returns>As many as asked for, or all when there are fewer.</returns>
    public async Task<ReadOnlyMemory<byte>> PeekAsync(int count)
    {
        var head = new byte[count];
        var length = await inner.ReadAtLeastAsync(head, count, throwOnEndOfStream: false, stop);
        _head = head[..length];
        return _head;
    }

    /// <summary>Passes over some of the bytes that were looked at.</summary>
    public void SkipPeeked(int count) => _headTaken = count;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsTooLong || HasLongRun || buffer.IsEmpty)
            return 0;
        if (_headTaken < _head.Length)
            return Bounded(TakeHead(buffer.Span), buffer.Span);
        return Bounded(await inner.ReadAsync(buffer, cancellationToken.CanBeCanceled ? cancellationToken : stop), buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        stop.ThrowIfCancellationRequested();
        if (IsTooLong || HasLongRun || buffer.IsEmpty)
            return 0;
        return Bounded(_headTaken < _head.Length ? TakeHead(buffer) : inner.Read(buffer), buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int TakeHead(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _head.Length - _headTaken);
        _head.AsSpan(_headTaken, count).CopyTo(buffer);
        _headTaken += count;
        return count;
    }

    /// <summary>How many of the bytes read are handed out.</summary>
    private int Bounded(int count, ReadOnlySpan<byte> buffer)
    {
        var read = buffer[..count];
        var lastMark = read.LastIndexOf((byte)'<');
        // Inside one read the runs are no longer than the reader's buffer, which is small.
        _run = lastMark < 0 ? _run + count : count - lastMark;
        IsTooLong = count > _left;
        HasLongRun = _run > MaxRun;
        var given = (int)Math.Min(count, _left);
        _left -= given;
        return given;
    }
}
