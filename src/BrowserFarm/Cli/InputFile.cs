namespace BrowserFarm.Cli;

/// <summary>A file that a person names, or the input.</summary>
internal static class InputFile
{
    /// <param name="path">A file; <c>-</c> for the input.</param>
    /// <param name="what">What it is to hold, in words.</param>
    /// <returns>All of it, or one byte more than it may have.</returns>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static byte[] Read(string path, string what, int maxBytes)
    {
        try
        {
            using var file = path == "-" ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read);
            using var read = new MemoryStream();
            var chunk = new byte[64 * 1024];
            while (read.Length <= maxBytes && file.Read(chunk) is > 0 and var count)
                read.Write(chunk, 0, count);
            return read.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new CliException(ExitCode.Usage, $"The {what} {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>How messages call it.</summary>
    public static string NameOf(string path) => path == "-" ? "The input" : path;
}
