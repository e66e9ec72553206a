using System.Globalization;
using System.Text;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;

namespace BrowserFarm.Benchmarks.Rendering;

/// <summary>Pages of a wanted size, with everything that a reader has to cope with: headings, prose, lists, tables, code, links, pictures.</summary>
internal static class SamplePages
{
    private const string Prose = "Ships were built here for three hundred years, and the last of them still lies at the quay, where <em>visitors</em> may look at <a href=\"/ships\">its decks</a>. ";

    /// <param name="bytes">What it has at least; at most a section more.</param>
    public static string Html(int bytes)
    {
        var html = new StringBuilder("""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>The harbour</title><meta name="description" content="Ships and more">
            <link rel="canonical" href="/harbour"><meta property="og:title" content="The harbour"><script type="application/ld+json">{"@type":"Article","headline":"The harbour"}</script></head>
            <body><nav><a href="/">Home</a><a href="/about">About</a></nav><main><h1>The harbour</h1>
            """);
        for (var section = 1; html.Length < bytes; section++)
            AppendSection(html, section);
        return html.Append("</main><footer><a href=\"/imprint\">Imprint</a></footer></body></html>").ToString();
    }

    /// <summary>The same page, made by a script from what it fetches.</summary>
    public static string Shell(string contentPath) => $$"""
        <!doctype html><html lang="en"><head><title>…</title></head><body><div id="app"></div>
        <script>
          const parsed = new DOMParser();
          fetch('{{contentPath}}').then(answer => answer.text()).then(text => {
            const page = parsed.parseFromString(text, 'text/html');
            document.title = page.title;
            document.head.append(...page.head.querySelectorAll('meta, link, script'));
            app.replaceChildren(...page.body.childNodes);
          });
        </script></body></html>
        """;

    /// <summary>Fields of all kinds over such a page.</summary>
    public static IReadOnlyList<FieldSpec> Fields(int count)
    {
        var fields = new StringBuilder("{");
        for (var i = 1; i <= count; i++)
        {
            var selector = (i % 5) switch
            {
                0 => $$"""{ "css": "#s{{i}} td.price", "type": "number", "list": true }""",
                1 => $$"""{ "css": "#s{{i}} h2" }""",
                2 => $$"""{ "css": "#s{{i}} a", "attribute": "href", "type": "url" }""",
                3 => $$"""{ "xpath": "//section[@id='s{{i}}']//code" }""",
                _ => $$"""{ "css": "#s{{i}} li", "list": true }""",
            };
            fields.Append(CultureInfo.InvariantCulture, $"{(i > 1 ? "," : "")}\"field{i}\": {selector}");
        }

        return FieldSchema.Parse(Encoding.UTF8.GetBytes(fields.Append('}').ToString()), "fields");
    }

    private static void AppendSection(StringBuilder html, int number)
    {
        html.Append(CultureInfo.InvariantCulture, $"<section id=\"s{number}\"><h2>Part {number}</h2>");
        for (var paragraph = 0; paragraph < 3; paragraph++)
            html.Append("<p>").Insert(html.Length, Prose, 3).Append("</p>\n");
        html.Append("<ul><li>first<ul><li>inner <b>one</b></li></ul></li><li>second</li></ul><table><tr><th>Ship</th><th>Price</th></tr>");
        for (var row = 0; row < 6; row++)
            html.Append(CultureInfo.InvariantCulture, $"<tr><td><a href=\"/ship/{number}-{row}\">Ship {row}</a></td><td class=\"price\">{(number * 13) + row}.50</td></tr>");
        html.Append(CultureInfo.InvariantCulture, $"</table><pre><code class=\"language-c\">int main() {{ return {number}; }}</code></pre><img src=\"/p/{number}.png\" alt=\"Picture {number}\"></section>\n");
    }
}
