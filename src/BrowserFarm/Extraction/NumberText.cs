using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BrowserFarm.Extraction;

/// <summary>Reads numbers and prices as people write them. Pure.</summary>
/// <remarks>A wrong number is worse than none: what could mean two numbers, or is written by other rules than the locale's, is not read.</remarks>
internal static class NumberText
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<(char, string), Regex> Numbers = new();

    private static readonly (string Symbol, string Code)[] Symbols =
    [
        ("A$", "AUD"), ("C$", "CAD"), ("CA$", "CAD"), ("NZ$", "NZD"), ("HK$", "HKD"), ("S$", "SGD"), ("R$", "BRL"), ("US$", "USD"), ("MX$", "MXN"), ("NT$", "TWD"),
        ("€", "EUR"), ("£", "GBP"), ("₹", "INR"), ("₽", "RUB"), ("₩", "KRW"), ("₺", "TRY"), ("₴", "UAH"), ("₪", "ILS"), ("฿", "THB"), ("₫", "VND"),
        ("zł", "PLN"), ("Kč", "CZK"), ("Ft", "HUF"), ("Fr.", "CHF"), ("руб", "RUB"), ("грн", "UAH"), ("元", "CNY"), ("円", "JPY"), ("원", "KRW"),
    ];

    /// <summary>The one number in a text; what stands around it does not matter.</summary>
    public static bool TryParse(string text, LocaleRules rules, out decimal number, out string problem)
    {
        if (!TryFind(text, rules, out number, out _, out problem))
            return false;
        return true;
    }

    /// <summary>The one number in a text, and the currency beside it: of the locale's region when none is named.</summary>
    public static bool TryParseMoney(string text, LocaleRules rules, out JsonObject? money, out string problem)
    {
        money = null;
        if (!TryFind(text, rules, out var amount, out var around, out problem))
            return false;

        money = new JsonObject { ["amount"] = amount, ["currency"] = CurrencyIn(around, rules) };
        return true;
    }

    private static bool TryFind(string text, LocaleRules rules, out decimal number, out string around, out string problem)
    {
        number = 0;
        around = "";
        var plain = Plain(text);
        MatchCollection found;
        int count;
        try
        {
            found = Numbers.GetOrAdd((rules.Decimal, rules.Groups), _ => PatternFor(rules)).Matches(plain);
            count = found.Count;
        }
        catch (RegexMatchTimeoutException)
        {
            problem = "it is too long to be a number";
            return false;
        }

        if (count != 1)
        {
            problem = count == 0 ? "there is no number in it" : $"there is not one number in it by the rules of {(rules.IsNone ? "programs: give its locale, or a pattern" : "its locale: give a pattern")}";
            return false;
        }

        var match = found[0];
        var digits = new StringBuilder(match.Length);
        foreach (var c in match.ValueSpan)
        {
            if (c == rules.Decimal)
                digits.Append('.');
            else if (char.IsAsciiDigit(c))
                digits.Append(c);
        }

        if (!decimal.TryParse(digits.ToString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number))
        {
            problem = "it has too many digits";
            return false;
        }

        var (before, after) = (plain[..match.Index], plain[(match.Index + match.Length)..]);
        around = $"{before} {after}";
        problem = "";
        if (IsNegative(before))
            number = -number;
        return true;
    }

    /// <summary>Digits of any script, kinds of spaces, minus signs and apostrophes as the one that is looked for.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(c switch
            {
                '\u2212' or '\u2013' => '-',
                '\u2019' or '\u02BC' => '\'',
                '\uFF0C' => ',',
                '\uFF0E' => '.',
                _ when char.IsWhiteSpace(c) => ' ',
                _ when c > 127 && CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var digit => (char)('0' + digit),
                _ => c,
            });
        }

        return plain.ToString();
    }

    /// <summary>Groups of three, or as in India of two and at last three; then a fraction. A digit that touches a number without being of it makes a second number.</summary>
    private static Regex PatternFor(LocaleRules rules)
    {
        var group = $"[{Regex.Escape(rules.Groups).Replace("]", @"\]", StringComparison.Ordinal)}]";
        var point = Regex.Escape(rules.Decimal.ToString());
        return new Regex(
            $@"(?:[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}(?![0-9])|[0-9]+)(?:{point}[0-9]+)?|{point}[0-9]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout);
    }

    /// <summary>A minus right before the number, or before the currency before it; one inside a word or a range is none.</summary>
    private static bool IsNegative(string before)
    {
        var at = before.AsSpan().TrimEnd();
        if (at.IsEmpty || at[^1] != '-')
        {
            var symbol = at.Length;
            while (symbol > 0 && (char.GetUnicodeCategory(at[symbol - 1]) == UnicodeCategory.CurrencySymbol || char.IsAsciiLetterUpper(at[symbol - 1]) || at[symbol - 1] == ' '))
                symbol--;
            at = at[..symbol];
        }

        return at is [.., '-'] && (at.Length == 1 || !char.IsLetterOrDigit(at[^2]));
    }

    private static string? CurrencyIn(string around, LocaleRules rules)
    {
        foreach (var word in around.Split([' ', '(', ')', '/', ',', ';', ':', '-'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (LocaleRules.Currencies.Contains(word))
                return word;
        }

        var (code, length) = ((string?)null, 0);
        foreach (var symbol in Symbols)
        {
            if (symbol.Symbol.Length > length && around.Contains(symbol.Symbol, StringComparison.Ordinal))
                (code, length) = (symbol.Code, symbol.Symbol.Length);
        }

        if (code is not null)
            return code;
        if (around.Contains('$', StringComparison.Ordinal))
            return rules.Currency is "USD" or "CAD" or "AUD" or "NZD" or "MXN" or "SGD" or "HKD" or "TWD" or "ARS" or "CLP" or "COP" ? rules.Currency : "USD";
        if (around.Contains('¥', StringComparison.Ordinal) || around.Contains('￥', StringComparison.Ordinal))
            return rules.Currency == "CNY" ? "CNY" : "JPY";
        return rules.Currency;
    }
}
