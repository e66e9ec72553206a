using System.IO.Compression;
using System.Security.Cryptography;

namespace BrowserFarm.Dashboard;

/// <summary>One file of the dashboard, ready to be sent.</summary>
/// <param name="Packed">The same by gzip.</param>
/// <param name="Tag">Entity tag: the digest of the content, in quotes.</param>
public sealed record DashboardFile(byte[] Content, byte[] Packed, string Type, string Tag);

/// <summary>The files of the dashboard, read and packed once, when the first of them is asked for.</summary>
/// <remarks>Only what is in the folder at that time is ever sent: an address is looked up among the names that were found, and never made into a path.</remarks>
public sealed class DashboardFiles
{
    /// <summary>Where the libraries are that come from npm; without them the pages cannot run.</summary>
    private const string LibraryMark = "lib/preact.js";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".txt"] = "text/plain; charset=utf-8",
    };

    private readonly Lazy<Dictionary<string, DashboardFile>> _files;

    /// <param name="folder">Where the files are; it need not exist.</param>
    public DashboardFiles(string folder) => _files = new Lazy<Dictionary<string, DashboardFile>>(() => Read(folder));

    /// <summary>Beside the program.</summary>
    public static string DefaultFolder => Path.Join(AppContext.BaseDirectory, "dashboard");

    /// <summary>Pages and libraries are all there.</summary>
    public bool IsComplete => _files.Value.ContainsKey(LibraryMark);

    /// <summary>A file by its name, with slashes: <c>pages/overview.js</c>; null when there is none.</summary>
    public DashboardFile? Find(string name) => _files.Value.GetValueOrDefault(name);

    private static Dictionary<string, DashboardFile> Read(string folder)
    {
        var files = new Dictionary<string, DashboardFile>(StringComparer.Ordinal);
        if (!Directory.Exists(folder))
            return files;

        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Types.TryGetValue(Path.GetExtension(path), out var type))
                files[Path.GetRelativePath(folder, path).Replace('\\', '/')] = Prepare(File.ReadAllBytes(path), type);
        }

        return files;
    }

    private static DashboardFile Prepare(byte[] content, string type)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);
        return new DashboardFile(content, packed.ToArray(), type, $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"");
    }
}
