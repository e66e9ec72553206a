using System.Xml;
using System.Xml.XPath;
using AngleSharp.Dom;

namespace BrowserFarm.Rendering.Fields;

/// <summary>Lets .NET's XPath 1.0 engine walk an HTML document, with a bound on its steps: an expression can be made to take for ever.</summary>
/// <remarks>
/// As in browsers, a name without a prefix means an HTML element (DOM, <c>document.evaluate</c>); elements of SVG and MathML keep their namespaces and so are found by
/// <c>*[local-name()='path']</c> only. Attributes have none.
/// </remarks>
internal sealed class HtmlNavigator : XPathNavigator
{
    private const string HtmlNamespace = "http://www.w3.org/1999/xhtml";

    private readonly Steps _steps;
    private readonly NameTable _names;
    private INode _node;
    private int _attribute = -1;

    private HtmlNavigator(INode node, Steps steps, NameTable names)
    {
        _node = node;
        _steps = steps;
        _names = names;
    }

    /// <param name="start">The context node.</param>
    /// <param name="steps">Shared by all expressions that are to be bounded together.</param>
    public static HtmlNavigator At(INode start, Steps steps) => new(start, steps, new NameTable());

    public override XPathNodeType NodeType => _attribute >= 0 ? XPathNodeType.Attribute : _node.NodeType switch
    {
        AngleSharp.Dom.NodeType.Document => XPathNodeType.Root,
        AngleSharp.Dom.NodeType.Element => XPathNodeType.Element,
        AngleSharp.Dom.NodeType.Comment => XPathNodeType.Comment,
        AngleSharp.Dom.NodeType.ProcessingInstruction => XPathNodeType.ProcessingInstruction,
        _ => XPathNodeType.Text,
    };

    public override string LocalName => _names.Add(
        _attribute >= 0 ? Attributes[_attribute]!.LocalName
        : _node is IElement element ? element.LocalName
        : _node is IProcessingInstruction instruction ? instruction.Target
        : "");

    public override string Name => LocalName;

    public override string NamespaceURI => _names.Add(_attribute < 0 && _node is IElement { NamespaceUri: { } uri } && uri != HtmlNamespace ? uri : "");

    public override string Prefix => "";

    public override string BaseURI => "";

    public override XmlNameTable NameTable => _names;

    public override bool IsEmptyElement => _attribute < 0 && _node is IElement && !_node.HasChildNodes;

    public override string Value
    {
        get
        {
            var value = _attribute >= 0 ? Attributes[_attribute]!.Value
                : _node is IDocument document ? document.DocumentElement?.TextContent ?? ""
                : _node.TextContent;
            _steps.Take(1 + (value.Length / 16));   // text of an element is gathered from all below it
            return value;
        }
    }

    /// <summary>The element or other node it stands at, or of whose attribute.</summary>
    public override object UnderlyingObject => _node;

    private INamedNodeMap Attributes => ((IElement)_node).Attributes;

    public override XPathNavigator Clone() => new HtmlNavigator(_node, _steps, _names) { _attribute = _attribute };

    public override bool IsSamePosition(XPathNavigator other) => other is HtmlNavigator html && ReferenceEquals(html._node, _node) && html._attribute == _attribute;

    public override bool MoveTo(XPathNavigator other)
    {
        if (other is not HtmlNavigator html)
            return false;

        (_node, _attribute) = (html._node, html._attribute);
        return true;
    }

    public override bool MoveToFirstChild() => _attribute < 0 && GoTo(_node.FirstChild, forward: true);

    public override bool MoveToNext() => _attribute < 0 && GoTo(_node.NextSibling, forward: true);

    public override bool MoveToPrevious() => _attribute < 0 && GoTo(_node.PreviousSibling, forward: false);

    public override bool MoveToParent()
    {
        _steps.Take(1);
        if (_attribute >= 0)
        {
            _attribute = -1;
            return true;
        }

        if (_node.Parent is not { } parent)
            return false;
        _node = parent;
        return true;
    }

    public override bool MoveToFirstAttribute()
    {
        _steps.Take(1);
        if (_attribute >= 0 || _node is not IElement { Attributes.Length: > 0 })
            return false;
        _attribute = 0;
        return true;
    }

    public override bool MoveToNextAttribute()
    {
        _steps.Take(1);
        if (_attribute < 0 || _attribute + 1 >= Attributes.Length)
            return false;
        _attribute++;
        return true;
    }

    public override bool MoveToFirstNamespace(XPathNamespaceScope namespaceScope) => false;

    public override bool MoveToNextNamespace(XPathNamespaceScope namespaceScope) => false;

    public override bool MoveToId(string id)
    {
        if ((_node as IDocument ?? _node.Owner)?.GetElementById(id) is not { } element)
            return false;

        (_node, _attribute) = (element, -1);
        return true;
    }

    /// <summary>Over what XPath does not know: the document type.</summary>
    private bool GoTo(INode? node, bool forward)
    {
        _steps.Take(1);
        while (node is IDocumentType)
            node = forward ? node.NextSibling : node.PreviousSibling;
        if (node is null)
            return false;
        _node = node;
        return true;
    }

    /// <summary>A bound on work, by the clock, looked at now and then.</summary>
    internal sealed class Steps(TimeSpan atMost, TimeProvider time)
    {
        private const int LookEvery = 4096;

        private readonly long _start = time.GetTimestamp();
        private long _sinceLook;

        /// <exception cref="TimeoutException">It has taken too long.</exception>
        public void Take(int steps)
        {
            _sinceLook += steps;
            if (_sinceLook < LookEvery)
                return;

            _sinceLook = 0;
            if (time.GetElapsedTime(_start) > atMost)
                throw new TimeoutException();
        }
    }
}
