using System.Text.Json;
using BrowserFarm.Jobs;

namespace BrowserFarm.Storage.Exports;

/// <summary>A column of a table of results: a path into a result's JSON, as <c>title</c>, <c>fields.price.amount</c> or <c>metadata.description</c>.</summary>
/// <param name="Path">Names joined by dots; it is the column's heading, too.</param>
public sealed record ResultColumn(string Path)
{
    /// <summary>The number of a result, which stands beside its document.</summary>
    public const string Sequence = "seq";

    private static readonly string[] Always = [Sequence, "url", "finalUrl", "status", "title", "fetchedAt", "depth"];

    private static readonly string[] Known = [Sequence, .. JobsJson.Readable.PageDocument.Properties.Select(property => property.Name)];

    /// <summary>What a table of a crawl has when nothing is said: where and when, its fields, and its files.</summary>
    public static IReadOnlyList<ResultColumn> Of(PageWish wish)
    {
        var columns = Always.ToList();
        foreach (var field in wish.Fields)
            AddField("fields", field);
        if (wish.Handler is not null)
            columns.Add("data");
        columns.AddRange(wish.Formats.Where(PageFormats.IsFile).Select(format => $"artifacts.{PageFormats.NameOf(format)}"));
        return columns.ConvertAll(path => new ResultColumn(path));

        // Several values in one cell are a list, and stay one; what has parts is a column a part.
        void AddField(string under, FieldSpec field)
        {
            var path = $"{under}.{field.Name}";
            if (field.IsList || (field.Fields.Count == 0 && field.Type != FieldType.Money))
                columns.Add(path);
            else if (field.Fields.Count == 0)
                columns.AddRange([$"{path}.amount", $"{path}.currency"]);
            foreach (var part in field.IsList ? [] : field.Fields)
                AddField(path, part);
        }
    }

    /// <summary>Reads a list like <c>url,title,fields.price</c>.</summary>
    /// <exception cref="FormatException">A column cannot be one; the message says which there are.</exception>
    public static IReadOnlyList<ResultColumn> Parse(IEnumerable<string> lists, PageWish wish)
    {
        var columns = new List<ResultColumn>();
        foreach (var path in lists.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            var first = path.Split('.')[0];
            if (!Known.Contains(first, StringComparer.Ordinal))
                throw new FormatException($"A result has nothing called '{first}'; there are {string.Join(", ", Known)}.");
            if (first == "fields" && path.Length > "fields.".Length && !wish.Fields.Any(field => IsOf(field, path["fields.".Length..])))
                throw new FormatException($"The crawl has no field for '{path}'; {(wish.Fields.Count == 0 ? "it has none" : $"there are {string.Join(", ", wish.Fields.Select(field => field.Name))}")}.");
            columns.Add(new ResultColumn(path));
        }

        return columns.Count > 0 ? columns : throw new FormatException("No column is named.");
    }

    /// <summary>The value in a document; null when there is none.</summary>
    public JsonElement? ValueIn(JsonElement document) => Find(document, Path);

    private static bool IsOf(FieldSpec field, string path) => path == field.Name || path.StartsWith(field.Name + ".", StringComparison.Ordinal);

    /// <summary>Names may have dots in them, so the longest that is there is taken.</summary>
    private static JsonElement? Find(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;

        for (var end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            if (!element.TryGetProperty(path[..end], out var value))
                continue;
            return end == path.Length ? value : Find(value, path[(end + 1)..]);
        }

        return null;
    }
}
