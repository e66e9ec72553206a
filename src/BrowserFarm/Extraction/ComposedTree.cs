using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace BrowserFarm.Extraction;

/// <summary>Puts the content of shadow roots where a reader sees it: a component's own markup, with what its page has put into its slots.</summary>
/// <remarks>
/// Captured pages carry open shadow roots as declarative templates (HTML, section 4.12.3, <c>shadowrootmode</c>), of which the parser makes shadow roots again; how slots are filled
/// is told in DOM, section 4.2.2.3.
/// </remarks>
internal static class ComposedTree
{
    /// <summary>Components that are opened up; a page has hundreds, not more.</summary>
    private const int MaxHosts = 20_000;

    public static void Compose(IHtmlDocument document)
    {
        var hosts = new Queue<IElement>(HostsIn(document));
        for (var done = 0; done < MaxHosts && hosts.TryDequeue(out var host); done++)
        {
            var guests = host.ChildNodes.ToList();
            foreach (var guest in guests)
                host.RemoveChild(guest);
            foreach (var own in host.ShadowRoot!.ChildNodes.ToList())
                host.AppendChild(own);
            foreach (var slot in host.QuerySelectorAll("slot").ToList())
                Fill(slot, guests);
            // Those inside of it were in its shadow until now, where no search comes.
            foreach (var inner in HostsIn(host))
                hosts.Enqueue(inner);
        }
    }

    private static List<IElement> HostsIn(IParentNode scope) => [.. scope.QuerySelectorAll("*").Where(element => element.ShadowRoot is { HasChildNodes: true })];

    /// <summary>With what is meant for it, or else what it holds itself.</summary>
    private static void Fill(IElement slot, List<INode> guests)
    {
        var name = slot.GetAttribute("name") ?? "";
        var meant = guests.Where(guest => NameOf(guest) == name && (guest is IElement || !string.IsNullOrWhiteSpace(guest.TextContent))).ToList();
        var content = meant.Count > 0 ? meant : slot.ChildNodes.ToList();
        foreach (var node in content)
            guests.Remove(node);
        slot.Replace([.. content]);
    }

    private static string NameOf(INode guest) => guest is IElement element ? element.GetAttribute("slot") ?? "" : "";
}
