namespace BrowserFarm.Rendering.Fields;

/// <summary>What one field's selector matched, before anything is made of it.</summary>
/// <param name="Count">Elements it matched; may be more than were taken.</param>
/// <param name="Taken">The first match, or of a list all up to <see cref="MaxTaken"/>, in document order.</param>
/// <param name="Error">Why the selector could not be used; null when it could.</param>
public sealed record FieldMatches(int Count, IReadOnlyList<FieldMatch> Taken, string? Error = null)
{
    /// <summary>Elements of one list.</summary>
    public const int MaxTaken = 10_000;

    /// <summary>Characters of one value; what is longer is cut.</summary>
    public const int MaxCharacters = 1_000_000;

    public static FieldMatches None { get; } = new(0, []);
}

/// <summary>One match.</summary>
/// <param name="Value">Text, HTML or attribute; null when the element has no such attribute, or the field is an object.</param>
/// <param name="Fields">Of an object, what its fields matched, in their order.</param>
/// <param name="Element">The match as a tag, for messages: <c>&lt;a class="more"&gt;</c>.</param>
public sealed record FieldMatch(string? Value, IReadOnlyList<FieldMatches> Fields, string Element);
