using BrowserFarm.Extraction;
using BrowserFarm.Jobs;

namespace BrowserFarm.Cli;

/// <summary>A schema of fields as a file, or from the input.</summary>
internal static class SchemaFile
{
    /// <param name="path">A file; <c>-</c> for the input.</param>
    /// <exception cref="FormatException">It is not a schema; the message lists what is wrong.</exception>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static IReadOnlyList<FieldSpec> Read(string path)
    {
        try
        {
            using var file = path == "-" ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read);
            return FieldSchema.Parse(ReadAtMost(file, FieldSchema.MaxBytes + 1), path == "-" ? "The schema" : path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new CliException(ExitCode.Usage, $"The schema {path} cannot be read: {exception.Message}", exception);
        }
    }

    private static byte[] ReadAtMost(Stream file, int bytes)
    {
        using var read = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (read.Length < bytes && file.Read(chunk) is > 0 and var count)
            read.Write(chunk, 0, count);
        return read.ToArray();
    }
}
