using System.Globalization;
using System.Xml.XPath;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using BrowserFarm.Jobs;

namespace BrowserFarm.Rendering.Fields;

/// <summary>Finds what fields ask for in a document that no browser holds. What <c>capture.js</c> does in one that a browser does, match for match.</summary>
internal sealed class FieldPicker
{
    private const int MaxElementText = 119;

    private readonly HtmlNavigator.Steps _steps;
    private readonly CancellationToken _stop;

    private FieldPicker(HtmlNavigator.Steps steps, CancellationToken stop)
    {
        _steps = steps;
        _stop = stop;
    }

    /// <param name="atMost">How long all selectors together may take; those that come too late have an error instead of matches.</param>
    /// <returns>In the order of the fields.</returns>
    public static IReadOnlyList<FieldMatches> Pick(IHtmlDocument document, IReadOnlyList<FieldSpec> fields, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken) =>
        new FieldPicker(new HtmlNavigator.Steps(atMost, time), cancellationToken).PickAll(document, fields);

    private List<FieldMatches> PickAll(INode scope, IReadOnlyList<FieldSpec> fields) => [.. fields.Select(field => PickOne(scope, field))];

    private FieldMatches PickOne(INode scope, FieldSpec field)
    {
        _stop.ThrowIfCancellationRequested();
        try
        {
            _steps.Take(1);
            if (field.Selector.Length == 0)
                return Of([scope as IElement ?? (scope as IDocument)?.DocumentElement ?? scope], field);
            if (field.Language == SelectorLanguage.Css)
                return scope is IParentNode parent ? Css(parent, field) : FieldMatches.None;
            return XPath(scope, field);
        }
        catch (Exception exception) when (exception is XPathException or DomException)
        {
            return FieldMatches.None with { Error = exception.Message };
        }
        catch (TimeoutException)
        {
            return FieldMatches.None with { Error = "the selectors took too long" };
        }
    }

    private FieldMatches Css(IParentNode scope, FieldSpec field)
    {
        if (field.IsList)
            return Of([.. scope.QuerySelectorAll(field.Selector)], field);
        return scope.QuerySelector(field.Selector) is { } first ? Of([first], field) : FieldMatches.None;
    }

    private FieldMatches XPath(INode scope, FieldSpec field)
    {
        var result = HtmlNavigator.At(scope, _steps).Evaluate(field.Selector);
        if (result is not XPathNodeIterator nodes)
            return new FieldMatches(1, [new FieldMatch(Cut(Words(result)), [], "a value")]);

        var taken = new List<FieldMatch>();
        var count = 0;
        while (nodes.MoveNext() && (field.IsList || count == 0))
        {
            if (count++ < FieldMatches.MaxTaken)
                taken.Add(nodes.Current!.NodeType == XPathNodeType.Attribute ? new FieldMatch(Cut(nodes.Current.Value), [.. field.Fields.Select(_ => FieldMatches.None)], "an attribute") : Match((INode)nodes.Current.UnderlyingObject!, field));
        }

        return new FieldMatches(count, taken);
    }

    private FieldMatches Of(IReadOnlyList<INode> found, FieldSpec field) =>
        new(found.Count, [.. found.Take(field.IsList ? FieldMatches.MaxTaken : 1).Select(node => Match(node, field))]);

    private FieldMatch Match(INode node, FieldSpec field)
    {
        if (field.Fields.Count > 0)
            return new FieldMatch(Value: null, PickAll(node, field.Fields), Tag(node));

        var element = node as IElement;
        var value = field.Attribute is { } attribute ? element?.GetAttribute(attribute)
            : field.Html && element is not null ? element.InnerHtml
            : node.TextContent;
        return new FieldMatch(value is null ? null : Cut(value), [], Tag(node));
    }

    private static string Tag(INode node)
    {
        if (node is not IElement element)
            return "text";
        var attributes = string.Concat(element.Attributes.Take(4).Select(attribute => $" {attribute.Name}=\"{attribute.Value}\""));
        var tag = $"<{element.LocalName}{attributes}";
        return tag.Length > MaxElementText ? tag[..MaxElementText] + ">…" : tag + ">";
    }

    private static string Cut(string value) => value.Length > FieldMatches.MaxCharacters ? value[..FieldMatches.MaxCharacters] : value;

    /// <summary>As XPath 1.0 §4.2 spells numbers and booleans.</summary>
    private static string Words(object result) => result switch
    {
        bool value => value ? "true" : "false",
        double value => double.IsNaN(value) ? "NaN" : value.ToString(CultureInfo.InvariantCulture),
        _ => result.ToString() ?? "",
    };
}
