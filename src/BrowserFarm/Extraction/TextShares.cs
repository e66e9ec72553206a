using AngleSharp.Dom;

namespace BrowserFarm.Extraction;

/// <summary>How much text each element of a tree has, and how much of it is inside of links: counted once for all of them, however they are nested.</summary>
internal sealed class TextShares
{
    private readonly Dictionary<INode, (int Text, int Linked)> _of = [];

    public TextShares(INode root)
    {
        // Children before parents, without recursion: a page may be nested as deep as it likes.
        var open = new Stack<(INode Node, bool IsLeft)>();
        open.Push((root, false));
        while (open.TryPop(out var at))
        {
            if (at.Node is IText words)
            {
                _of[words] = (words.Data.Count(character => !char.IsWhiteSpace(character)), 0);
            }
            else if (!at.IsLeft)
            {
                open.Push((at.Node, true));
                foreach (var child in at.Node.ChildNodes)
                    open.Push((child, false));
            }
            else
            {
                var (text, linked) = (0, 0);
                foreach (var child in at.Node.ChildNodes)
                {
                    var of = _of.GetValueOrDefault(child);
                    (text, linked) = (text + of.Text, linked + of.Linked);
                }

                // A link to a place on the page itself is how headings mark themselves.
                if (at.Node is IElement { LocalName: "a" } link && link.GetAttribute("href") is { } href && !href.StartsWith('#'))
                    linked = text;
                _of[at.Node] = (text, linked);
            }
        }
    }

    /// <summary>Characters that are not white space.</summary>
    public int Text(INode node) => _of.GetValueOrDefault(node).Text;

    /// <summary>From 0 to 1.</summary>
    public double Linked(INode node) => _of.GetValueOrDefault(node) is { Text: > 0 } of ? of.Linked / (double)of.Text : 0;
}
