using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace BrowserFarm.Extraction;

/// <summary>Microdata as JSON, by the HTML standard's algorithm (html.spec.whatwg.org §5.4, "JSON"), with bounds. Pure.</summary>
internal static class MicrodataReader
{
    private const int MaxItems = 500;

    /// <summary>Items in items: three levels of JSON each, of the 64 that a result may have.</summary>
    private const int MaxDepth = 10;

    /// <returns>Null when there are none.</returns>
    public static JsonArray? Read(IHtmlDocument document, Uri baseUrl)
    {
        var items = new JsonArray();
        var left = MaxItems;
        foreach (var element in document.QuerySelectorAll("[itemscope]:not([itemprop])"))
        {
            if (left-- <= 0)
                break;
            items.Add(ItemOf(element, baseUrl, [], ref left));
        }

        return items.Count > 0 ? items : null;
    }

    /// <param name="above">Items this one is inside of: an item that refers to one of them is an error of the page's, and would have no end.</param>
    private static JsonObject ItemOf(IElement item, Uri baseUrl, List<IElement> above, ref int left)
    {
        var json = new JsonObject();
        if (Words(item, "itemtype") is { Length: > 0 } types)
            json["type"] = new JsonArray([.. types.Select(type => (JsonNode)type)]);
        if (item.GetAttribute("itemid") is { } id && Uri.TryCreate(baseUrl, id.Trim(), out var address))
            json["id"] = address.AbsoluteUri;

        var properties = new JsonObject();
        foreach (var element in PropertiesOf(item))
        {
            if (left-- <= 0)
                break;

            JsonNode value;
            if (!element.HasAttribute("itemscope"))
                value = ValueOf(element, baseUrl);
            else if (above.Count >= MaxDepth || above.Contains(element) || ReferenceEquals(element, item))
                value = "ERROR";   // as the standard has it
            else
                value = ItemOf(element, baseUrl, [.. above, item], ref left);
            foreach (var name in Words(element, "itemprop"))
            {
                if (properties[name] is JsonArray values)
                    values.Add(value.DeepClone());
                else
                    properties[name] = new JsonArray(value.DeepClone());
            }
        }

        json["properties"] = properties;
        return json;
    }

    /// <summary>Elements with a property of the item, in document order: below it, or below what it refers to, and in no other item.</summary>
    private static List<IElement> PropertiesOf(IElement item)
    {
        var found = new List<IElement>();
        var seen = new HashSet<IElement> { item };
        var pending = new Stack<IElement>(item.Children.Reverse());
        foreach (var id in Words(item, "itemref"))
        {
            if (item.Owner?.GetElementById(id) is { } referred)
                pending.Push(referred);
        }

        while (pending.TryPop(out var element))
        {
            if (!seen.Add(element))
                continue;
            if (Words(element, "itemprop").Length > 0)
                found.Add(element);
            if (!element.HasAttribute("itemscope"))
            {
                foreach (var child in element.Children.Reverse())
                    pending.Push(child);
            }
        }

        return found;
    }

    private static string ValueOf(IElement element, Uri baseUrl)
    {
        var attribute = element.LocalName switch
        {
            "a" or "area" or "link" => "href",
            "audio" or "embed" or "iframe" or "img" or "source" or "track" or "video" => "src",
            "object" => "data",
            _ => null,
        };
        if (attribute is not null)
            return element.GetAttribute(attribute) is { } written && Uri.TryCreate(baseUrl, written.Trim(), out var url) ? url.AbsoluteUri : "";
        return MetadataReader.Cut(element.LocalName switch
        {
            "meta" => element.GetAttribute("content") ?? "",
            "data" or "meter" => element.GetAttribute("value") ?? "",
            "time" when element.GetAttribute("datetime") is { } time => time,
            _ => FieldSelector.Folded(element.TextContent),
        });
    }

    private static string[] Words(IElement element, string attribute) =>
        element.GetAttribute(attribute) is { } text ? [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Take(50)] : [];
}
