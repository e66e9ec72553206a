using System.Security.Cryptography;

namespace BrowserFarm.Hosting;

/// <summary>A file whose content holds while the program runs, and is taken up anew when it has changed; what cannot be used leaves the last one that could.</summary>
/// <remarks>What is in the file counts, not its time, which says nothing about a mounted secret. Safe for concurrent use.</remarks>
/// <param name="read">Its bytes.</param>
/// <param name="parse">What they say.</param>
/// <param name="isFault">Which exceptions of the two mean that the file cannot be used.</param>
public sealed class WatchedFile<T>(Func<byte[]> read, Func<byte[], T> parse, Predicate<Exception> isFault)
{
    private readonly Lock _gate = new();
    private byte[] _lookedAt = [];      // digest of the file as it was last looked at; empty when it could not be read
    private volatile string? _fault;

    /// <summary>Why the file as it is now is not used; null while all is well.</summary>
    public string? Fault => _fault;

    /// <summary>Reads it for the first time; what is wrong with it is thrown.</summary>
    public T Load()
    {
        lock (_gate)
        {
            var bytes = read();
            var value = parse(bytes);
            _lookedAt = SHA256.HashData(bytes);
            return value;
        }
    }

    /// <summary>Looks at it again; to be called every few seconds.</summary>
    public FileLook<T> Look()
    {
        lock (_gate)
        {
            byte[] digest = [];
            try
            {
                var bytes = read();
                digest = SHA256.HashData(bytes);
                if (digest.AsSpan().SequenceEqual(_lookedAt))
                    return new FileLook<T>.Unchanged();

                var value = parse(bytes);
                _fault = null;
                return new FileLook<T>.Replaced(value);
            }
            catch (Exception exception) when (isFault(exception))
            {
                var isNews = exception.Message != _fault;
                _fault = exception.Message;
                return isNews ? new FileLook<T>.Kept(exception.Message) : new FileLook<T>.Unchanged();
            }
            finally
            {
                _lookedAt = digest;
            }
        }
    }
}

/// <summary>What looking at a file again came to.</summary>
public abstract record FileLook<T>
{
    private FileLook() { }

    /// <summary>It is as it was when it was last looked at.</summary>
    public sealed record Unchanged : FileLook<T>;

    /// <summary>This holds from now on.</summary>
    public sealed record Replaced(T Value) : FileLook<T>;

    /// <summary>It is faulty or gone: what was before goes on to hold. Told once for each state of the file.</summary>
    public sealed record Kept(string Reason) : FileLook<T>;
}
