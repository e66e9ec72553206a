namespace TestKit;

/// <summary>A folder of its own for one test; gone with everything in it when the test ends.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>The folder's absolute path; the folder exists and is empty at first.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("browserfarm-test-").FullName;

    /// <returns>The absolute path of <paramref name="name"/> in this folder; nothing is created.</returns>
    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The test has removed it already.
        }
    }
}
