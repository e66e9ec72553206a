using System.Text.RegularExpressions;
using TestKit;
using Xunit.Sdk;

namespace BrowserFarm.Tests;

/// <summary>Holds the table of who may use whom (<c>docs/architecture.md</c>), by the <c>using</c> lines of the sources.</summary>
public sealed partial class FolderRulesTests
{
    /// <summary>For every folder of the service, the folders it may use. A new folder needs a line here.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new(StringComparer.Ordinal)
    {
        ["Jobs"] = [],
        ["Diagnostics"] = ["Jobs", "Rendering"],
        ["Demo"] = [],
        ["Queueing"] = ["Jobs"],
        ["Limiting"] = ["Jobs"],
        ["Crawling"] = ["Jobs"],
        ["Scheduling"] = ["Jobs", "Queueing", "Limiting"],
        ["Rendering"] = ["Jobs", "ContextPool"],
        ["Extraction"] = ["Jobs", "Rendering"],
        ["Storage"] = ["Jobs", "Queueing", "Diagnostics"],
        ["Delivery"] = ["Jobs", "Queueing", "Storage", "Diagnostics"],
        ["Workers"] = ["Delivery", "Jobs", "Queueing", "Limiting", "Scheduling", "Crawling", "Rendering", "Extraction", "Storage", "Diagnostics", "ContextPool"],
        ["Operations"] = ["Delivery", "Diagnostics", "Jobs", "Queueing", "Limiting", "Scheduling", "Crawling", "Rendering", "Storage", "Workers", "ContextPool"],
        ["Hosting"] = ["Delivery", "Jobs", "Queueing", "Limiting", "Scheduling", "Crawling", "Rendering", "Extraction", "Storage", "Workers", "Operations", "Diagnostics", "Demo", "ContextPool"],
        ["Service"] = ["Jobs", "Queueing", "Limiting", "Scheduling", "Crawling", "Rendering", "Extraction", "Storage", "Workers", "Operations", "Diagnostics", "Hosting", "ContextPool"],
        ["Dashboard"] = [],
        ["Api"] = ["Dashboard", "Jobs", "Queueing", "Limiting", "Crawling", "Rendering", "Extraction", "Storage", "Workers", "Operations", "Diagnostics", "Hosting", "Service", "ContextPool"],
        ["Cli"] = ["Api", "Delivery", "Jobs", "Queueing", "Limiting", "Scheduling", "Crawling", "Rendering", "Extraction", "Storage", "Workers", "Operations", "Diagnostics", "Demo", "Hosting", "ContextPool"],
    };

    /// <summary>Libraries that only some folders may know.</summary>
    private static readonly Dictionary<string, string[]> OnlyIn = new(StringComparer.Ordinal)
    {
        ["Microsoft.Data.Sqlite"] = ["BrowserFarm/Queueing", "BrowserFarm/Storage"],
        ["SQLitePCL"] = ["BrowserFarm/Queueing"],
        ["Microsoft.Playwright"] = ["ContextPool/Browsers", "ContextPool/Leasing", "BrowserFarm/Rendering"],
        ["Microsoft.AspNetCore"] = ["BrowserFarm/Demo", "BrowserFarm/Diagnostics", "BrowserFarm/Api", "BrowserFarm/Dashboard"],
        ["OpenTelemetry"] = ["BrowserFarm/Diagnostics"],
        ["AngleSharp"] = ["BrowserFarm/Extraction", "BrowserFarm/Rendering"],
        ["CsvHelper"] = ["BrowserFarm/Storage"],
        ["Quartz"] = ["BrowserFarm/Scheduling"],
    };

    private sealed record UsingLine(string File, int Line, string Namespace)
    {
        /// <summary>For example <c>BrowserFarm/Queueing</c>; <c>BrowserFarm</c> for a file at the top.</summary>
        public string Folder
        {
            get
            {
                var parts = File.Split('/');
                return string.Join('/', parts.Take(Math.Min(2, parts.Length - 1)));
            }
        }

        /// <summary>The folder of ours that is used, or null: a project's name for what is at its top.</summary>
        public string? Used =>
            Namespace == "ContextPool" || Namespace.StartsWith("ContextPool.", StringComparison.Ordinal) ? "ContextPool"
            : Namespace.StartsWith("BrowserFarm.", StringComparison.Ordinal) ? Namespace.Split('.')[1]
            : null;
    }

    [Fact]
    public void Service_EveryFolder_UsesOnlyWhatItMay()
    {
        var violations =
            from line in Usings()
            let folder = line.Folder.Split('/')
            where folder is ["BrowserFarm", _] && line.Used is not null && line.Used != folder[1]
            let allowed = MayUse.GetValueOrDefault(folder[1])
            where allowed is null || !allowed.Contains(line.Used, StringComparer.Ordinal)
            select $"{line.File}:{line.Line} uses {line.Namespace}, but {folder[1]} may use "
                + (allowed is null ? "nothing yet: it has no line in the table" : allowed.Length == 0 ? "nothing of ours" : string.Join(", ", allowed));

        Report(violations);
    }

    [Fact]
    public void Service_EveryFolder_HasALineInTheTable()
    {
        var missing = Sources().Select(source => source.File.Split('/')).Where(parts => parts is ["BrowserFarm", _, _, ..])
            .Select(parts => parts[1]).Distinct(StringComparer.Ordinal).Where(folder => !MayUse.ContainsKey(folder));

        Report(missing.Select(folder => $"src/BrowserFarm/{folder}/ has no line in {nameof(FolderRulesTests)}.{nameof(MayUse)}"));
    }

    [Fact]
    public void Pool_AnyFile_KnowsNothingOfTheService() => Report(
        from line in Usings()
        where line.Folder.StartsWith("ContextPool", StringComparison.Ordinal) && line.Namespace.StartsWith("BrowserFarm", StringComparison.Ordinal)
        select $"{line.File}:{line.Line} uses {line.Namespace}, but the pool is a library that knows nothing of the service");

    [Fact]
    public void Libraries_KnownToFewFolders_AreUsedOnlyThere() => Report(
        from line in Usings()
        from library in OnlyIn
        where (line.Namespace + ".").StartsWith(library.Key + ".", StringComparison.Ordinal) && !library.Value.Contains(line.Folder, StringComparer.Ordinal)
        select $"{line.File}:{line.Line} uses {line.Namespace}, but only {string.Join(" and ", library.Value)} may");

    [Fact]
    public void Namespaces_EveryFile_AreTheFolders() => Report(
        from source in Sources()
        let declared = NamespaceLine().Match(source.Text)
        where declared.Success
        let folder = source.File[..source.File.LastIndexOf('/')].Replace('/', '.')
        let name = declared.Groups["name"].Value
        // Words of the library's users are in its root namespace, wherever their file is.
        where name != folder && !(folder.StartsWith("ContextPool.", StringComparison.Ordinal) && name == "ContextPool")
        select $"{source.File} declares namespace {name}, but lies in {folder}");

    private static void Report(IEnumerable<string> violations)
    {
        var all = violations.ToList();
        if (all.Count > 0)
            throw new XunitException($"{all.Count} against the folder rules:\n{string.Join('\n', all)}");
    }

    private static IEnumerable<UsingLine> Usings() =>
        from source in Sources()
        from line in source.Text.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        let found = UsingDirective().Match(line.Text)
        where found.Success
        select new UsingLine(source.File, line.Number, found.Groups["name"].Value);

    /// <summary>The sources, with paths like <c>BrowserFarm/Jobs/Job.cs</c>.</summary>
    private static IEnumerable<(string File, string Text)> Sources()
    {
        var root = Path.Join(RepositoryRoot.Path, "src");
        return
            from project in new[] { "BrowserFarm", "ContextPool" }
            from file in Directory.EnumerateFiles(Path.Join(root, project), "*.cs", SearchOption.AllDirectories)
            let relative = Path.GetRelativePath(root, file).Replace('\\', '/')
            where !relative.Contains("/obj/", StringComparison.Ordinal) && !relative.Contains("/bin/", StringComparison.Ordinal)
            orderby relative
            select (relative, File.ReadAllText(file));
    }

    [GeneratedRegex(@"^\s*(global\s+)?using\s+(static\s+)?([A-Za-z_]\w*\s*=\s*)?(?<name>[A-Za-z_][\w.]*)\s*;", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)\s*;", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamespaceLine();
}
