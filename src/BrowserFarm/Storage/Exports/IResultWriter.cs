using BrowserFarm.Queueing;

namespace BrowserFarm.Storage.Exports;

/// <summary>Writes results to a stream in one form, one after the other; what it holds of them does not grow with their number.</summary>
public interface IResultWriter : IAsyncDisposable
{
    /// <exception cref="IOException">The stream cannot be written.</exception>
    Task WriteAsync(StoredResult result, CancellationToken cancellationToken);

    /// <summary>Writes what stands at the end, and hands everything to the stream. Called once, after the last result.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    Task CompleteAsync(CancellationToken cancellationToken);
}
