using System.Globalization;
using System.Text;

namespace BrowserFarm.Api.Access;

/// <summary>Paths into JSON as RFC 6901 has them: <c>/page/formats/2</c>; empty for the whole.</summary>
internal static class JsonPointer
{
    /// <summary>The path of a member of what <paramref name="parent"/> leads to.</summary>
    public static string Append(string parent, string member) =>
        $"{parent}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>The path of an element.</summary>
    public static string Append(string parent, int index) => $"{parent}/{index.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Translates what <see cref="System.Text.Json.JsonException.Path"/> has: <c>$.page.formats[2]['odd.name']</c>.</summary>
    public static string OfJsonPath(string? path)
    {
        var pointer = "";
        if (path is null)
            return pointer;

        var at = path.StartsWith('$') ? 1 : 0;
        while (at < path.Length)
        {
            if (path.AsSpan(at).StartsWith("['", StringComparison.Ordinal))
            {
                var name = new StringBuilder();
                for (at += 2; at < path.Length && !path.AsSpan(at).StartsWith("']", StringComparison.Ordinal); at++)
                {
                    if (path[at] == '\\' && at + 1 < path.Length)
                        at++;
                    name.Append(path[at]);
                }

                pointer = Append(pointer, name.ToString());
                at += 2;
            }
            else
            {
                var start = path[at] is '.' or '[' ? at + 1 : at;
                var end = start;
                while (end < path.Length && path[end] is not ('.' or '[' or ']'))
                    end++;
                pointer = Append(pointer, path[start..end]);
                at = end < path.Length && path[end] == ']' ? end + 1 : end;
            }
        }

        return pointer;
    }
}
