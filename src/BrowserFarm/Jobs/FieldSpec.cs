using System.Text.Json;
using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>The language a selector is written in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SelectorLanguage>))]
public enum SelectorLanguage
{
    Css,

    /// <summary>XPath 1.0; rendered pages are asked by the browser's own engine.</summary>
    XPath,
}

/// <summary>What a field's text is read as.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FieldType>))]
public enum FieldType
{
    Text,

    /// <summary>A JSON number, written by the rules of <see cref="FieldSpec.Locale"/>.</summary>
    Number,

    /// <summary>A number and its currency: <c>{ "amount": 12.5, "currency": "EUR" }</c>.</summary>
    Money,

    /// <summary>ISO 8601: a date, or a date and time with the offset it was written with, if any.</summary>
    Date,

    /// <summary>True or false; with a pattern, whether it matches.</summary>
    Bool,

    /// <summary>An absolute address.</summary>
    Url,
}

/// <summary>What is done with white space.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WhiteSpace>))]
public enum WhiteSpace
{
    /// <summary>Runs become one space, none is left at the ends.</summary>
    Fold,

    /// <summary>None is left at the ends.</summary>
    Trim,

    Keep,
}

/// <summary>One field to take from every page.</summary>
/// <param name="Name">Key in the result's <c>fields</c>.</param>
/// <param name="Selector">CSS or XPath; empty for the element the field is looked for in.</param>
/// <param name="Attribute">Attribute to take instead of the text; null for the text.</param>
/// <param name="IsList">Take every match, as a list, instead of the first.</param>
public sealed record FieldSpec(string Name, string Selector, string? Attribute = null, bool IsList = false)
{
    public SelectorLanguage Language { get; init; }

    /// <summary>Take what is inside the element as HTML.</summary>
    public bool Html { get; init; }

    public FieldType Type { get; init; }

    /// <summary>Language and region whose rules numbers, prices and dates follow, as <c>de-DE</c>; null for those of programs: <c>1234.5</c>, <c>2026-11-26</c>.</summary>
    public string? Locale { get; init; }

    /// <summary>Null folds text, trims HTML, and keeps attributes as they are.</summary>
    public WhiteSpace? Space { get; init; }

    /// <summary>Regular expression of .NET: its first group, or the whole match, is the value.</summary>
    public string? Pattern { get; init; }

    /// <summary>A page without it has failed; an element of a list without it is left out.</summary>
    public bool Required { get; init; }

    /// <summary>The value when there is none; null for none.</summary>
    public JsonElement? Default { get; init; }

    /// <summary>Fields inside of each match: the value is an object.</summary>
    public IReadOnlyList<FieldSpec> Fields { get; init => field = value ?? []; } = [];   // absent in crawls of earlier builds

    /// <summary>How the selector is named to people.</summary>
    [JsonIgnore]
    public string Spelled => Language == SelectorLanguage.XPath ? $"xpath {Selector}" : Selector.Length == 0 ? "the element itself" : $"css {Selector}";
}

/// <summary>Why a field has no value, or not the one that stands there.</summary>
/// <param name="Field">Where: <c>price</c>, <c>variants[3].sku</c>.</param>
/// <param name="Selector">What was looked for.</param>
/// <param name="Found">What there was, shortened.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record FieldProblem(string Field, string Selector, string Found, string Problem)
{
    public override string ToString() => $"{Field} ({Selector}): {Problem}; found {Found}";
}
