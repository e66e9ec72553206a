using System.Text;

namespace BrowserFarm.Benchmarks.Reporting;

/// <summary>Rows under a head, in the form the documentation keeps them.</summary>
internal sealed class MarkdownTable(params string[] head)
{
    private readonly List<string[]> _rows = [];

    /// <param name="cells">As many as the head has.</param>
    public MarkdownTable Add(params string[] cells)
    {
        if (cells.Length != head.Length)
            throw new ArgumentException($"A row of {cells.Length} cells under a head of {head.Length}.", nameof(cells));

        _rows.Add(cells);
        return this;
    }

    /// <returns>Lines ending with a line feed, the columns not padded.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var line in (IEnumerable<string[]>)[head, [.. head.Select(_ => "---")], .. _rows])
            text.Append("| ").AppendJoin(" | ", line).Append(" |\n");
        return text.ToString();
    }
}
