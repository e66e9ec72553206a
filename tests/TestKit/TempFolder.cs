using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace TestKit;

/// <summary>A folder of its own for one test; gone with everything in it when the test ends.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Taken before anything runs: while a driver is started the variable behind it names the cell's folder, for all of the process.</summary>
    private static string _root = "";

    public TempFolder()
    {
        Path = System.IO.Path.Combine(_root, $"browserfarm-test-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path);
    }

    /// <summary>The folder's absolute path; the folder exists and is empty at first.</summary>
    public string Path { get; }

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

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "This library is only loaded by test runs, and nothing else comes before their first browser.")]
    internal static void TakeRoot() => _root = System.IO.Path.GetTempPath();
}
