using System.Text;
using BrowserFarm.Jobs;

namespace BrowserFarm.Crawling;

/// <summary>What the shape of an address alone says about it.</summary>
public enum UrlShape
{
    Ordinary,

    /// <summary>Five parameters or more: filters, whose combinations are endless.</summary>
    ManyParameters,

    /// <summary>A part of the path is there three times or more: links that lead ever deeper.</summary>
    Repeating,

    /// <summary>Longer than 2000 characters, which browsers and servers of old never bore.</summary>
    Overlong,
}

/// <summary>What addresses made by one rule of a site have in common: <c>/2031/05/12</c> becomes <c>/#/#/#</c>. Pure.</summary>
/// <param name="Text">With the target; at most <see cref="MaxLength"/> characters.</param>
/// <remarks>
/// Digits become <c>#</c>; identifiers become <c>*</c>; values of a query are left out and its names sorted; of a path that repeats its parts
/// only those parts remain, however often they are there. The repeated part is Nutch's rule against loops (<c>regex-urlfilter.txt</c>), with the parts
/// anywhere in the path.
/// </remarks>
public readonly record struct UrlPattern(string Text, UrlShape Shape)
{
    /// <summary>Longest pattern, in characters.</summary>
    public const int MaxLength = 600;

    private const int LongUrl = 2000;
    private const int ManyParameters = 5;
    private const int Repeats = 3;

    /// <summary>A year, a month and a day are three; what has more numbers in a row is one pattern, however many.</summary>
    private const int MaxNumbersInARow = 4;

    /// <summary>A token of letters and digits is taken for an identifier from here on, one of hexadecimal digits from the other.</summary>
    private const int TokenLength = 20;
    private const int HexLength = 8;
    private const int UuidLength = 36;

    public static UrlPattern Of(CanonicalUrl url)
    {
        var rest = url.Value[url.Target.Value.Length..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? rest : rest[..question];
        var query = question < 0 ? "" : rest[(question + 1)..];
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);

        var (text, shape) = url.Value.Length > LongUrl ? ($"/{(segments.Length > 0 ? Generalised(segments[0]) : "")}…", UrlShape.Overlong)
            : RepeatedIn(segments) is { Length: > 0 } repeated ? ($"/{repeated}/…", UrlShape.Repeating)
            : WithQuery(PathOf(segments), query);
        text = url.Target.Value + text;
        return new UrlPattern(text.Length <= MaxLength ? text : text[..MaxLength], shape);
    }

    private static (string Text, UrlShape Shape) WithQuery(string path, string query)
    {
        if (query.Length == 0)
            return (path, UrlShape.Ordinary);

        var parameters = query.Split('&', StringSplitOptions.RemoveEmptyEntries);
        if (parameters.Length >= ManyParameters)
            return ($"{path}?*", UrlShape.ManyParameters);

        var names = parameters.Select(parameter => Generalised(parameter.Split('=', 2)[0])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return ($"{path}?{string.Join('&', names)}", UrlShape.Ordinary);
    }

    /// <summary>The parts that are there too often, in their first order. Numbers may well be: 11 November 2011.</summary>
    private static string RepeatedIn(string[] segments) => segments.Length < Repeats ? "" : string.Join('/', segments
        .Where(segment => !segment.All(char.IsAsciiDigit))
        .CountBy(segment => segment, StringComparer.Ordinal)
        .Where(segment => segment.Value >= Repeats)
        .Select(segment => Generalised(segment.Key)));

    private static string PathOf(string[] segments)
    {
        var path = new StringBuilder();
        var numbers = 0;
        foreach (var segment in segments.Select(Generalised))
        {
            numbers = segment == "#" ? numbers + 1 : 0;
            if (numbers <= MaxNumbersInARow)
                path.Append('/').Append(segment);
        }

        return path.Length == 0 ? "/" : path.ToString();
    }

    private static string Generalised(string segment)
    {
        // ;jsessionid=… and the like: a name with a value, as in a query.
        var parameter = segment.IndexOf('=', StringComparison.Ordinal);
        if (parameter >= 0)
            return $"{Generalised(segment[..parameter])}=*";

        var text = new StringBuilder();
        var at = 0;
        while (at < segment.Length)
        {
            if (segment.Length - at >= UuidLength && Guid.TryParseExact(segment.AsSpan(at, UuidLength), "D", out _))
            {
                text.Append('*');
                at += UuidLength;
                continue;
            }

            var end = at;
            while (end < segment.Length && char.IsAsciiLetterOrDigit(segment[end]))
                end++;
            if (end == at)
                text.Append(segment[at++]);
            else
                AppendToken(text, segment.AsSpan(at, end - at));
            at = Math.Max(at, end);
        }

        return text.ToString();
    }

    private static void AppendToken(StringBuilder text, ReadOnlySpan<char> token)
    {
        var hasDigit = token.IndexOfAnyInRange('0', '9') >= 0;
        if (hasDigit && (token.Length >= TokenLength || (token.Length >= HexLength && IsHex(token) && !IsNumber(token))))
        {
            text.Append('*');
            return;
        }

        for (var at = 0; at < token.Length; at++)
        {
            if (!char.IsAsciiDigit(token[at]))
                text.Append(token[at]);
            else if (at == 0 || !char.IsAsciiDigit(token[at - 1]))
                text.Append('#');
        }
    }

    private static bool IsNumber(ReadOnlySpan<char> token) => token.IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool IsHex(ReadOnlySpan<char> token)
    {
        foreach (var c in token)
        {
            if (!char.IsAsciiHexDigit(c))
                return false;
        }

        return true;
    }
}
