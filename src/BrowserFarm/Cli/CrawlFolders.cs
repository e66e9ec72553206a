namespace BrowserFarm.Cli;

/// <summary>Where crawls lie that nobody gave a folder of their own.</summary>
internal static class CrawlFolders
{
    public const string Root = "farm-data/crawls";

    /// <summary>A crawl's folder by the crawl's name, or by the folder's own path.</summary>
    public static string Find(string nameOrPath) =>
        nameOrPath.Contains('/', StringComparison.Ordinal) || File.Exists(Path.Join(nameOrPath, "crawl.db")) ? nameOrPath : Path.Join(Root, nameOrPath);
}
