using System.IO.Compression;
using System.Text;
using System.Xml;
using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>An address that a sitemap lists.</summary>
/// <param name="Url">As it is written there, without the white space around; cut when it is too long to be one.</param>
/// <param name="IsSitemap">It is another sitemap's, from an index.</param>
internal readonly record struct SitemapEntry(string Url, bool IsSitemap);

/// <summary>Reads one sitemap of any kind as it arrives: XML list, XML index, or a text of one address a line; compressed or not.</summary>
/// <remarks>
/// Source: sitemaps.org/protocol.html. What it is, is told from its bytes: names and types of files are often wrong. Memory is constant
/// whatever is sent: no entities are defined, nothing else is fetched, and a piece of markup, the depth of elements and the number of
/// different names are bounded.
/// </remarks>
internal static class SitemapParser
{
    /// <summary>A byte-order mark and some blank lines before the first character that counts.</summary>
    private const int HeadLength = 256;

    /// <summary>Bytes of XML without a new tag.</summary>
    private const int MaxRun = 2 << 20;

    private const int MaxDepth = 16;

    /// <summary>White space and byte-order marks, in UTF-8 and UTF-16.</summary>
    private static readonly byte[] BeforeXml = [.. " \t\r\n"u8, 0, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF];

    /// <param name="take">Given every address, in order; answers false to read no more.</param>
    /// <returns>Why it could not be read to its end, in words; null when it was, or when no more was wanted.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<string?> ReadAsync(Stream body, SitemapLimits limits, Func<SitemapEntry, ValueTask<bool>> take, CancellationToken cancellationToken)
    {
        var counted = 0;
        await using var sent = new CappedStream(body, limits.MaxBytes, cancellationToken);
        var isCompressed = (await sent.PeekAsync(2)).Span is [0x1F, 0x8B];
        await using var plain = isCompressed ? new GZipStream(sent, CompressionMode.Decompress) : (Stream)sent;
        await using var text = new CappedStream(plain, limits.MaxBytes, cancellationToken);
        string? problem;
        try
        {
            problem = LooksLikeXml(await text.PeekAsync(HeadLength), out var blanks) ? await ReadXmlAsync(text, blanks, TakeAsync) : await ReadLinesAsync(text, TakeAsync, cancellationToken);
        }
        catch (XmlException exception)
        {
            problem = $"it is not well-formed XML: {exception.Message}";
        }
        catch (InvalidDataException exception)
        {
            problem = $"its compression is broken: {exception.Message}";
        }

        if (counted > limits.MaxAddresses)
            return $"it lists more than {limits.MaxAddresses} addresses; the rest is cut";
        if (sent.IsTooLong || text.IsTooLong)
            return $"it is larger than {limits.MaxBytes} bytes; the rest is cut";
        return text.HasLongRun ? $"more than {MaxRun} bytes of it are without a tag; the rest is cut" : problem;

        async ValueTask<bool> TakeAsync(SitemapEntry entry) => ++counted <= limits.MaxAddresses && await take(entry);
    }

    /// <summary>The first character that counts is <c>&lt;</c>, in any encoding that has it as a byte.</summary>
    /// <param name="blanks">White space before it, in which no XML may begin and which many files have all the same.</param>
    private static bool LooksLikeXml(ReadOnlyMemory<byte> head, out int blanks)
    {
        blanks = Math.Max(0, head.Span.IndexOfAnyExcept(" \t\r\n"u8));
        return head.Span[Math.Max(0, head.Span.IndexOfAnyExcept(BeforeXml))..] is [(byte)'<', ..];
    }

    private static async Task<string?> ReadLinesAsync(CappedStream text, Func<SitemapEntry, ValueTask<bool>> take, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(text, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        var isFirst = true;
        await foreach (var line in BoundedLines.ReadAsync(reader, CanonicalUrl.MaxLength + 1, cancellationToken))
        {
            var url = line.Text.Trim();
            if (url.Length == 0)
                continue;
            if (isFirst && !url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
                return "it is neither XML nor a list of addresses";

            isFirst = false;
            if (!await take(new SitemapEntry(url, IsSitemap: false)))
                return null;
        }

        return null;
    }

    private static async Task<string?> ReadXmlAsync(CappedStream text, int blanks, Func<SitemapEntry, ValueTask<bool>> take)
    {
        text.SkipPeeked(blanks);
        text.MaxRun = MaxRun;
        using var reader = XmlReader.Create(text, new XmlReaderSettings
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            // What is told to be ignored the asynchronous reader passes over by calling itself: some ten thousand comments in a row end the program.
            // So they are read as nodes, and passed over here.
            IgnoreComments = false,
            IgnoreProcessingInstructions = false,
            CheckCharacters = false,
            NameTable = new BoundedNames(),
        });

        string? root = null, parent = null;
        while (await reader.ReadAsync())
        {
            if (reader.Depth > MaxDepth)
                return $"its elements are nested deeper than {MaxDepth}";
            if (reader.NodeType != XmlNodeType.Element)
                continue;

            switch (reader.Depth)
            {
                case 0:
                    root = reader.LocalName;
                    if (root is not ("urlset" or "sitemapindex"))
                        return $"it is no sitemap: its first element is {Shown(root)}";
                    break;
                case 1:
                    parent = reader.LocalName;
                    break;
                // The address of a picture or a film is one level further down.
                case 2 when reader.LocalName == "loc" && !reader.IsEmptyElement && parent == (root == "urlset" ? "url" : "sitemap"):
                    var url = await ReadTextAsync(reader);
                    if (url.Length > 0 && !await take(new SitemapEntry(url, IsSitemap: root == "sitemapindex")))
                        return null;
                    break;
            }
        }

        return null;
    }

    /// <summary>The text of the element at which the reader stands; the reader then stands at its end.</summary>
    private static async Task<string> ReadTextAsync(XmlReader reader)
    {
        var depth = reader.Depth;
        var text = new StringBuilder();
        while (await reader.ReadAsync() && reader.Depth > depth)
        {
            if (reader.Depth == depth + 1 && reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && text.Length <= CanonicalUrl.MaxLength)
            {
                var value = (await reader.GetValueAsync()).AsSpan();
                value = text.Length == 0 ? value.TrimStart() : value;
                text.Append(value[..Math.Min(value.Length, CanonicalUrl.MaxLength + 1)]);
            }
            else if (reader.Depth > MaxDepth)
            {
                break;   // said by the caller
            }
        }

        return text.ToString().Trim();
    }

    private static string Shown(string name) => name.Length <= 40 ? name : name[..40] + "…";

    /// <summary>The names a reader keeps for as long as it reads; ordinary sitemaps have a few dozen.</summary>
    private sealed class BoundedNames : NameTable
    {
        private const int MaxNames = 10_000;

        private int _names;

        public override string Add(char[] key, int start, int len) => Get(key, start, len) ?? Count(base.Add(key, start, len));

        public override string Add(string key) => Get(key) ?? Count(base.Add(key));

        private string Count(string name) => ++_names <= MaxNames ? name : throw new XmlException($"it has more than {MaxNames} different names");
    }
}
