using System.Text.RegularExpressions;

namespace BrowserFarm.Hosting;

/// <summary>Which headers may be added to requests. Pure.</summary>
internal static partial class HeaderRules
{
    /// <summary>A token (RFC 9110 §5.6.2) of up to 100 characters.</summary>
    public static bool IsName(string name) => Token().IsMatch(name);

    /// <summary>Setting it would break the request, or is done elsewhere: cookies have a jar.</summary>
    public static bool IsForbidden(string name) => Forbidden().IsMatch(name);

    /// <summary>1 to 1000 visible ASCII characters and spaces.</summary>
    public static bool IsValue(string value) => value.Length is > 0 and <= 1000 && value.All(c => c is >= ' ' and <= '~');

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"^(host|content-length|cookie|connection|transfer-encoding|upgrade|proxy-.*)\z", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Forbidden();
}
