using System.Text;
using BrowserFarm.Queueing;

namespace BrowserFarm.Storage.Exports;

/// <summary>Results as JSON: a document a line, or all of them as one array, each on a line of its own.</summary>
/// <param name="stream">Stays the caller's.</param>
/// <param name="asArray">Between brackets, with commas.</param>
internal sealed class JsonResults(Stream stream, bool asArray) : IResultWriter
{
    private bool _isBegun;

    public async Task WriteAsync(StoredResult result, CancellationToken cancellationToken)
    {
        var before = !asArray ? "" : _isBegun ? ",\n" : "[\n";
        _isBegun = true;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(before), cancellationToken);
        await stream.WriteAsync(ResultLine.Of(result), cancellationToken);
        if (!asArray)
            await stream.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (asArray)
            await stream.WriteAsync(Encoding.ASCII.GetBytes(_isBegun ? "\n]\n" : "[]\n"), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
