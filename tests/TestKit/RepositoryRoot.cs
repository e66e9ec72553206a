namespace TestKit;

/// <summary>The folder this test run was built from.</summary>
public static class RepositoryRoot
{
    private const string Marker = "BrowserFarm.sln";

    private static readonly Lazy<string> Found = new(Find);

    /// <summary>Absolute path of the folder with <c>BrowserFarm.sln</c>.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests run from outside the repository.</exception>
    public static string Path => Found.Value;

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, Marker)))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No {Marker} above {AppContext.BaseDirectory}.");
    }
}
