namespace BrowserFarm.Storage;

/// <summary>A file that is there whole or not at all: written beside its place and then moved to it.</summary>
internal static class WholeFile
{
    /// <param name="path">What is there is replaced, at the end.</param>
    /// <param name="mode">Who may read it; null as the system has it.</param>
    /// <exception cref="IOException">The disk is full or failing, or the folder is not there.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write, UnixFileMode? mode = null)
    {
        var beside = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows() && mode is { } allowed)
                options.UnixCreateMode = allowed;
            await using (var file = new FileStream(beside, options))
                await write(file);
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
