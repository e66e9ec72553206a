using Microsoft.Win32.SafeHandles;

namespace BrowserFarm.Cli;

/// <summary>The output as a stream of bytes. When whoever reads it has enough, as <c>head</c> has, writing ends without an error.</summary>
/// <remarks><see cref="Console"/> swallows a broken pipe and lets one write on for nobody.</remarks>
internal sealed class PipeOutput : IAsyncDisposable
{
    /// <summary>errno(3).</summary>
    private const int BrokenPipe = 32;

    private readonly FileStream _output = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    /// <exception cref="IOException">The output cannot be written, for another reason than that nobody reads it.</exception>
    public async Task WriteAsync(Func<Stream, Task> write)
    {
        try
        {
            await write(_output);
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            // Whoever reads has enough.
        }
    }

    public ValueTask DisposeAsync() => _output.DisposeAsync();
}
