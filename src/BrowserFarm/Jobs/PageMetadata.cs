using System.Text.Json.Nodes;

namespace BrowserFarm.Jobs;

/// <summary>What a page says of itself to machines. Addresses are absolute; what is missing is null or empty.</summary>
public sealed record PageMetadata
{
    public string? Description { get; init; }

    public string? Author { get; init; }

    /// <summary>Of <c>meta name=keywords</c>, split at its commas.</summary>
    public IReadOnlyList<string>? Keywords { get; init; }

    /// <summary>Of <c>meta name=robots</c>, as it is written.</summary>
    public string? Robots { get; init; }

    /// <summary>Language of the document element, or of <c>content-language</c>.</summary>
    public string? Language { get; init; }

    public string? Canonical { get; init; }

    /// <summary>When it was published and changed, as the page writes it: <c>article:published_time</c> and the like, or JSON-LD's.</summary>
    public string? Published { get; init; }

    public string? Modified { get; init; }

    /// <summary>Properties like <c>og:title</c>, <c>article:author</c>, <c>product:price:amount</c>, each with all its values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? OpenGraph { get; init; }

    /// <summary>Names like <c>twitter:card</c>.</summary>
    public IReadOnlyDictionary<string, string>? Twitter { get; init; }

    /// <summary>Every block of JSON-LD that is JSON.</summary>
    public JsonArray? JsonLd { get; init; }

    /// <summary>Blocks of JSON-LD that are not JSON, or are too long or too deep, and so are missing.</summary>
    public int? JsonLdRefused { get; init; }

    /// <summary>Top-level items of microdata, as the HTML standard writes them in JSON: <c>type</c>, <c>id</c>, <c>properties</c>.</summary>
    public JsonArray? Microdata { get; init; }

    public IReadOnlyList<MetadataLink>? Feeds { get; init; }

    public IReadOnlyList<MetadataLink>? Icons { get; init; }

    /// <summary>The same page in other languages.</summary>
    public IReadOnlyList<MetadataLink>? Alternates { get; init; }
}

/// <summary>A <c>link</c> element.</summary>
/// <param name="Type">Media type, when it is given.</param>
/// <param name="Title">Title, when it is given.</param>
/// <param name="Sizes">Of an icon, as <c>32x32</c>.</param>
/// <param name="Language">Of an alternate.</param>
public sealed record MetadataLink(string Url, string? Type = null, string? Title = null, string? Sizes = null, string? Language = null);
