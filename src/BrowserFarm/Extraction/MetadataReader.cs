using System.Text.Json;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using BrowserFarm.Jobs;

namespace BrowserFarm.Extraction;

/// <summary>Reads what a document says of itself: <c>meta</c>, <c>link</c>, OpenGraph, JSON-LD, microdata. Bounded, whatever the page holds. Pure.</summary>
internal static class MetadataReader
{
    private const int MaxText = 4000;
    private const int MaxEntries = 200;
    private const int MaxJsonLdCharacters = 1_000_000;

    /// <summary>A result is read and written to a depth of 64, and this is inside of it.</summary>
    private const int MaxJsonDepth = 40;

    private static readonly string[] GraphPrefixes = ["og:", "article:", "book:", "music:", "profile:", "product:", "video:", "fb:", "al:"];

    /// <param name="baseUrl">What relative addresses are relative to.</param>
    public static PageMetadata Read(IHtmlDocument document, Uri baseUrl)
    {
        var named = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var graph = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var twitter = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var meta in document.QuerySelectorAll("meta[content]"))
        {
            var name = (meta.GetAttribute("property") ?? meta.GetAttribute("name") ?? meta.GetAttribute("http-equiv") ?? "").Trim().ToLowerInvariant();
            var content = Cut(meta.GetAttribute("content")!.Trim());
            if (name.Length is 0 or > 200 || content.Length == 0)
                continue;
            if (Array.Exists(GraphPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                AddTo(graph, name, content);
            else if (name.StartsWith("twitter:", StringComparison.Ordinal) && twitter.Count < MaxEntries)
                twitter.TryAdd(name, content);
            else if (named.Count < MaxEntries)
                named.TryAdd(name, content);
        }

        var (ld, refused) = JsonLdOf(document);
        var links = document.QuerySelectorAll("link[rel][href]").Take(5 * MaxEntries).ToList();
        return new PageMetadata
        {
            Description = named.GetValueOrDefault("description") ?? First(graph, "og:description"),
            Author = named.GetValueOrDefault("author") ?? First(graph, "article:author"),
            Keywords = named.GetValueOrDefault("keywords") is { } words ? [.. words.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MaxEntries)] : null,
            Robots = named.GetValueOrDefault("robots"),
            Language = OrNull(document.DocumentElement.GetAttribute("lang")) ?? named.GetValueOrDefault("content-language"),
            Canonical = links.Where(link => Has(link, "canonical")).Select(link => Absolute(link, baseUrl)).FirstOrDefault(url => url is not null),
            Published = First(graph, "article:published_time") ?? InJsonLd(ld, "datePublished"),
            Modified = First(graph, "article:modified_time") ?? First(graph, "og:updated_time") ?? InJsonLd(ld, "dateModified"),
            OpenGraph = graph.Count > 0 ? graph.ToDictionary(entry => entry.Key, entry => (IReadOnlyList<string>)entry.Value, StringComparer.Ordinal) : null,
            Twitter = twitter.Count > 0 ? twitter : null,
            JsonLd = ld.Count > 0 ? ld : null,
            JsonLdRefused = refused > 0 ? refused : null,
            Microdata = MicrodataReader.Read(document, baseUrl),
            Feeds = LinksOf(links, baseUrl, link => Has(link, "alternate") && IsFeed(link)),
            Icons = LinksOf(links, baseUrl, link => Has(link, "icon") || Has(link, "apple-touch-icon") || Has(link, "mask-icon")),
            Alternates = LinksOf(links, baseUrl, link => Has(link, "alternate") && link.HasAttribute("hreflang")),
        };
    }

    internal static string Cut(string text) => text.Length > MaxText ? text[..MaxText] : text;

    private static void AddTo(Dictionary<string, List<string>> graph, string name, string content)
    {
        if (graph.TryGetValue(name, out var values))
        {
            if (values.Count < MaxEntries)
                values.Add(content);
        }
        else if (graph.Count < MaxEntries)
        {
            graph.Add(name, [content]);
        }
    }

    private static string? First(Dictionary<string, List<string>> graph, string name) => graph.TryGetValue(name, out var values) ? values[0] : null;

    private static (JsonArray Blocks, int Refused) JsonLdOf(IHtmlDocument document)
    {
        var blocks = new JsonArray();
        var (characters, refused) = (0, 0);
        foreach (var script in document.QuerySelectorAll("script[type]").Where(script => script.GetAttribute("type")!.Trim().Equals("application/ld+json", StringComparison.OrdinalIgnoreCase)))
        {
            var text = script.TextContent;
            characters += text.Length;
            if (characters <= MaxJsonLdCharacters && blocks.Count < MaxEntries && Parse(text) is { } block)
                blocks.Add(block);
            else
                refused++;
        }

        return (blocks, refused);
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxJsonDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The first block, or item of a block or <c>@graph</c>, that has it as a string.</summary>
    private static string? InJsonLd(JsonArray blocks, string name)
    {
        foreach (var block in blocks)
        {
            var items = block is JsonArray list ? list : block is JsonObject whole && whole["@graph"] is JsonArray graph ? [whole.DeepClone(), .. graph.Select(item => item?.DeepClone())] : new JsonArray(block?.DeepClone());
            foreach (var item in items)
            {
                if (item is JsonObject one && one[name] is JsonValue value && value.TryGetValue<string>(out var text))
                    return Cut(text);
            }
        }

        return null;
    }

    private static List<MetadataLink>? LinksOf(List<IElement> links, Uri baseUrl, Func<IElement, bool> which)
    {
        var found = links.Where(which)
            .Select(link => Absolute(link, baseUrl) is { } url
                ? new MetadataLink(url, OrNull(link.GetAttribute("type")), OrNull(link.GetAttribute("title")), OrNull(link.GetAttribute("sizes")), OrNull(link.GetAttribute("hreflang")))
                : null)
            .OfType<MetadataLink>().Take(MaxEntries).ToList();
        return found.Count > 0 ? found : null;
    }

    private static bool Has(IElement link, string rel) => link.GetAttribute("rel")!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Contains(rel, StringComparer.OrdinalIgnoreCase);

    private static bool IsFeed(IElement link) => (link.GetAttribute("type") ?? "").Trim().ToLowerInvariant() is "application/rss+xml" or "application/atom+xml" or "application/feed+json";

    private static string? Absolute(IElement link, Uri baseUrl) =>
        Uri.TryCreate(baseUrl, link.GetAttribute("href")!.Trim(), out var url) && url.AbsoluteUri.Length <= CanonicalUrl.MaxLength ? url.AbsoluteUri : null;

    private static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : Cut(text.Trim());
}
