using TestKit;
using YamlDotNet.RepresentationModel;

namespace BrowserFarm.Tests.Deploy;

/// <summary>A YAML file of the repository.</summary>
internal static class DeployFile
{
    /// <summary>The documents of a file, in their order.</summary>
    public static IReadOnlyList<YamlNode> ReadAll(string path)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(Path.Join(RepositoryRoot.Path, path));
        stream.Load(reader);
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    public static YamlNode Read(string path) => ReadAll(path).Single();

    /// <summary>What is at a path of names and numbers, parted by <c>/</c>.</summary>
    public static YamlNode At(this YamlNode node, string path) => path.Split('/').Aggregate(node, (at, step) =>
        at is YamlSequenceNode list ? list.Children[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : at[step]);

    /// <summary>The text there.</summary>
    public static string Text(this YamlNode node, string path) => ((YamlScalarNode)node.At(path)).Value!;

    /// <summary>The texts of the list there.</summary>
    public static IReadOnlyList<string> Texts(this YamlNode node, string path) => [.. ((YamlSequenceNode)node.At(path)).Select(item => ((YamlScalarNode)item).Value!)];

    /// <summary>The name among labels.</summary>
    public static string Label(this YamlNode labels) => ((YamlScalarNode)labels["app.kubernetes.io/name"]).Value!;
}
