using System.Collections.Frozen;

namespace BrowserFarm.Extraction;

/// <summary>Which of the three numbers of a date comes first.</summary>
internal enum DateOrder
{
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
}

/// <summary>How numbers, prices and dates are written where pages are read from: what Unicode's CLDR 46 says, for the languages of <see cref="Languages"/>.</summary>
/// <remarks>A table of our own: the program carries no data of cultures, and would need 30 MB for these few facts.</remarks>
/// <param name="Decimal">Between whole part and fraction.</param>
/// <param name="Groups">Between groups of digits, any of these; white space of any kind counts as a space.</param>
/// <param name="Order">Of a date in numbers.</param>
/// <param name="Months">For each month the beginnings of its names, long, short, and in whichever case.</param>
/// <param name="Currency">ISO 4217, when the region has one.</param>
internal sealed record LocaleRules(char Decimal, string Groups, DateOrder Order, IReadOnlyList<string[]> Months, string? Currency)
{
    private static readonly string[][] English = Words("jan feb mar apr may jun jul aug sep oct nov dec");

    private static readonly FrozenDictionary<string, LocaleRules> ByLanguage = new Dictionary<string, LocaleRules>(StringComparer.Ordinal)
    {
        ["en"] = new('.', ",", DateOrder.DayMonthYear, English, null),
        ["de"] = new(',', ". ", DateOrder.DayMonthYear, Words("jan|jän feb mär|mrz apr mai jun jul aug sep okt nov dez"), null),
        ["fr"] = new(',', " .", DateOrder.DayMonthYear, Words("janv fév|fev mars avr mai juin juil août|aout sept oct nov déc|dec"), null),
        ["es"] = new(',', ". ", DateOrder.DayMonthYear, Words("ene feb mar abr may jun jul ago sep|set oct nov dic"), null),
        ["it"] = new(',', ". ", DateOrder.DayMonthYear, Words("gen feb mar apr mag giu lug ago set ott nov dic"), null),
        ["pt"] = new(',', ". ", DateOrder.DayMonthYear, Words("jan fev mar abr mai jun jul ago set out nov dez"), null),
        ["nl"] = new(',', ". ", DateOrder.DayMonthYear, Words("jan feb maa|mrt apr mei jun jul aug sep okt nov dec"), null),
        ["sv"] = new(',', " .", DateOrder.YearMonthDay, Words("jan feb mar apr maj jun jul aug sep okt nov dec"), null),
        ["da"] = new(',', ". ", DateOrder.DayMonthYear, Words("jan feb mar apr maj jun jul aug sep okt nov dec"), null),
        ["nb"] = new(',', " .", DateOrder.DayMonthYear, Words("jan feb mar apr mai jun jul aug sep okt nov des"), null),
        ["fi"] = new(',', " ", DateOrder.DayMonthYear, Words("tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu"), null),
        ["pl"] = new(',', " .", DateOrder.DayMonthYear, Words("sty lut mar kwi maj cze lip sie wrz paź lis gru"), null),
        ["cs"] = new(',', " .", DateOrder.DayMonthYear, Words("led úno bře dub kvě červen|červn červenc srp zář říj lis pro"), null),
        ["tr"] = new(',', ".", DateOrder.DayMonthYear, Words("oca şub mar nis may haz tem ağu eyl eki kas ara"), null),
        ["ru"] = new(',', " ", DateOrder.DayMonthYear, Words("янв фев мар апр мая|май июн июл авг сен окт ноя дек"), null),
        ["uk"] = new(',', " ", DateOrder.DayMonthYear, Words("січ лют бер кві тра чер лип сер вер жов лис гру"), null),
        ["ja"] = new('.', ",", DateOrder.YearMonthDay, English, null),
        ["zh"] = new('.', ",", DateOrder.YearMonthDay, English, null),
        ["ko"] = new('.', ",", DateOrder.YearMonthDay, English, null),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> CurrencyOf = (
        "US USD GB GBP IE EUR AU AUD CA CAD NZ NZD IN INR ZA ZAR SG SGD HK HKD DE EUR AT EUR CH CHF LI CHF FR EUR BE EUR LU EUR ES EUR MX MXN AR ARS CL CLP CO COP PE PEN IT EUR "
        + "PT EUR BR BRL NL EUR SE SEK DK DKK NO NOK FI EUR PL PLN CZ CZK TR TRY RU RUB UA UAH JP JPY CN CNY TW TWD KR KRW EE EUR LV EUR LT EUR SK EUR SI EUR GR EUR CY EUR MT EUR HR EUR")
        .Split(' ').Chunk(2).ToFrozenDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    /// <summary>What programs write: a point in the fraction, commas between groups, dates only as ISO 8601 or with a month's English name.</summary>
    public static LocaleRules None { get; } = new('.', ",", default, English, null) { IsNone = true };

    public static IEnumerable<string> Languages => ByLanguage.Keys.Order(StringComparer.Ordinal);

    /// <summary>Currencies by their codes, for what is written as <c>EUR 5</c>.</summary>
    public static FrozenSet<string> Currencies { get; } = CurrencyOf.Values.Concat(["HUF", "RON", "BGN", "ISK", "ILS", "THB", "IDR", "MYR", "PHP", "VND", "AED", "SAR", "EGP", "KZT", "GEL", "RSD"]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>No locale was given: what could be read in two ways is not read.</summary>
    public bool IsNone { get; private init; }

    /// <param name="name">As <c>de</c> or <c>de-CH</c>; null for <see cref="None"/>.</param>
    /// <returns>Null when the language is not one of <see cref="Languages"/>, or the name is none.</returns>
    public static LocaleRules? Find(string? name)
    {
        if (name is null)
            return None;

        var parts = name.Split('-');
        if (parts.Length > 2 || !ByLanguage.TryGetValue(parts[0], out var language) || (parts.Length == 2 && parts[1] is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z']))
            return null;

        var region = parts.Length == 2 ? parts[1] : "";
        var rules = language with { Currency = CurrencyOf.GetValueOrDefault(region) };
        return (parts[0], region) switch
        {
            (_, "CH" or "LI") => rules with { Decimal = '.', Groups = "' " },
            ("en", "US" or "") => rules with { Order = DateOrder.MonthDayYear },
            ("en", "CA" or "ZA") => rules with { Order = DateOrder.YearMonthDay },
            ("es", "MX" or "US" or "PE") => rules with { Decimal = '.', Groups = "," },
            ("fr", "CA") => rules with { Order = DateOrder.YearMonthDay },
            ("pt", "PT") or ("es", "ES") => rules with { Groups = " ." },
            _ => rules,
        };
    }

    /// <summary>The month a word names, 1 to 12; 0 for none. English names are understood everywhere: machines write them.</summary>
    public int MonthOf(string word)
    {
        var own = Longest(Months, word);
        return own > 0 || ReferenceEquals(Months, English) ? own : Longest(English, word);
    }

    private static int Longest(IReadOnlyList<string[]> months, string word)
    {
        var (month, length) = (0, 0);
        for (var i = 0; i < months.Count; i++)
        {
            foreach (var stem in months[i])
            {
                if (stem.Length > length && word.StartsWith(stem, StringComparison.OrdinalIgnoreCase))
                    (month, length) = (i + 1, stem.Length);
            }
        }

        return month;
    }

    private static string[][] Words(string stems) => [.. stems.Split(' ').Select(stem => stem.Split('|'))];
}
