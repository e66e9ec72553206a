using System.Text.Json;

namespace BrowserFarm.Benchmarks.Peers;

/// <summary>One application of the corpus, at <c>/NAME/</c>.</summary>
/// <param name="What">The application and its framework, for people.</param>
/// <param name="Selector">CSS; matches once everything is rendered, and on no page of another application before that page is.</param>
internal sealed record CorpusApplication(string Name, string What, string Selector);

/// <summary>A page to read.</summary>
/// <param name="Url">Absolute; no two of a round are equal.</param>
internal sealed record CorpusPage(string Url, string Selector);

/// <summary>The applications that all contestants read.</summary>
internal sealed class Corpus(IReadOnlyList<CorpusApplication> applications)
{
    /// <param name="folder">That of <c>corpus.json</c>.</param>
    public static Corpus Load(string folder) =>
        new(JsonSerializer.Deserialize<List<CorpusApplication>>(File.ReadAllText(Path.Join(folder, "corpus.json")), JsonSerializerOptions.Web)!);

    public IReadOnlyList<CorpusApplication> Applications => applications;

    /// <summary>One selector that proves any of the pages: the farm takes one for all pages of a crawl.</summary>
    public string AnySelector => string.Join(", ", applications.Select(application => application.Selector).Distinct());

    /// <summary>Pages of all applications in turn, each with a query of its own.</summary>
    /// <param name="label">Becomes part of the addresses, so that pages of different labels differ.</param>
    public IReadOnlyList<CorpusPage> Pages(Uri site, int count, string label) =>
    [
        .. Enumerable.Range(0, count).Select(at =>
        {
            var application = applications[at % applications.Count];
            return new CorpusPage(new Uri(site, $"/{application.Name}/?page={label}-{at / applications.Count}").AbsoluteUri, application.Selector);
        }),
    ];
}
