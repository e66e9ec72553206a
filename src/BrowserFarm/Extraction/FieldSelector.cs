using System.Xml;
using System.Xml.XPath;
using AngleSharp.Css.Parser;
using BrowserFarm.Jobs;

namespace BrowserFarm.Extraction;

/// <summary>Reads a field as a person types it: <c>NAME=CSS</c>, <c>NAME=CSS@attribute</c>, <c>NAME[]=CSS</c> for all matches.</summary>
public static class FieldSelector
{
    private const int MaxSelectorLength = 2000;

    /// <exception cref="FormatException">It has no name, no selector, or the selector is not CSS; the message shows it and the right form.</exception>
    public static FieldSpec Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals > 0 ? text[..equals].Trim() : "";
        var isList = name.EndsWith("[]", StringComparison.Ordinal);
        if (isList)
            name = name[..^2];
        var selector = equals > 0 ? text[(equals + 1)..].Trim() : "";
        if (name.Length == 0 || selector.Length == 0)
            throw new FormatException($"The field '{text}' is not of the form NAME=CSS, for example price=.product .price");

        string? attribute = null;
        var at = selector.LastIndexOf('@');
        if (at > 0 && selector[(at + 1)..].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ':') && at + 1 < selector.Length)
            (selector, attribute) = (selector[..at].TrimEnd(), selector[(at + 1)..]);

        ThrowIfNotCss(name, selector);
        return new FieldSpec(name, selector, attribute, isList);
    }

    /// <exception cref="FormatException">The text is not a CSS selector, or longer than 2000 characters.</exception>
    public static void ThrowIfNotCss(string name, string selector)
    {
        if (selector.Length > MaxSelectorLength)
            throw new FormatException($"The selector of {name} is {selector.Length} characters long; at most {MaxSelectorLength} are accepted.");
        if (new CssSelectorParser().ParseSelector(selector) is null)
            throw new FormatException($"'{selector}', the selector of {name}, is not a CSS selector.");
    }

    /// <exception cref="FormatException">The text is not an XPath 1.0 expression, uses prefixes, variables or functions that there are not, or is longer than 2000 characters.</exception>
    public static void ThrowIfNotXPath(string name, string expression)
    {
        if (expression.Length > MaxSelectorLength)
            throw new FormatException($"The XPath of {name} is {expression.Length} characters long; at most {MaxSelectorLength} are accepted.");
        try
        {
            new XmlDocument().CreateNavigator()!.Evaluate(expression);
        }
        catch (Exception exception) when (exception is XPathException or ArgumentException)
        {
            throw new FormatException($"'{expression}', the XPath of {name}, is not one: {exception.Message}", exception);
        }
    }

    internal static string Folded(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
