using BrowserFarm.Extraction;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Extraction;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("1234.5", null, "1234.5")]
    [InlineData("1,234.50", null, "1234.50")]
    [InlineData("in stock: 12 pieces", null, "12")]
    [InlineData("12 %", null, "12")]
    [InlineData(".5", null, "0.5")]
    [InlineData("-7", null, "-7")]
    [InlineData("− 7", null, "-7")]
    [InlineData("a-7", null, "7")]
    [InlineData("٣٤", null, "34")]
    [InlineData("１２，３４５", null, "12345")]
    [InlineData("1.234,5", "de-DE", "1234.5")]
    [InlineData("1 234,5", "de-DE", "1234.5")]
    [InlineData("1\u202F234,5", "fr-FR", "1234.5")]
    [InlineData("1\u00A0234\u00A0567", "sv-SE", "1234567")]
    [InlineData("1’234.5", "de-CH", "1234.5")]
    [InlineData("12,34,567.8", "en-IN", "1234567.8")]
    [InlineData("1,234", "en", "1234")]
    [InlineData("1,5", "de", "1.5")]
    [InlineData("79228162514264337593543950335", null, "79228162514264337593543950335")]
    public void TryParse_OneNumber_IsRead(string text, string? locale, string expected)
    {
        NumberText.TryParse(text, LocaleRules.Find(locale)!, out var number, out var problem).Should().BeTrue(problem);

        number.ToString(System.Globalization.CultureInfo.InvariantCulture).Should().Be(expected);
    }

    [Theory]
    [InlineData("", null, "no number")]
    [InlineData("free", null, "no number")]
    [InlineData("1.234,5", null, "not one number")]
    [InlineData("1,5", "en-US", "not one number")]
    [InlineData("1.234.56", "de", "not one number")]
    [InlineData("10-20", null, "not one number")]
    [InlineData("4.5 out of 5", null, "not one number")]
    [InlineData("79228162514264337593543950336", null, "too many digits")]
    public void TryParse_NoneOrSeveral_IsNotGuessed(string text, string? locale, string expected)
    {
        NumberText.TryParse(text, LocaleRules.Find(locale)!, out _, out var problem).Should().BeFalse();

        problem.Should().Contain(expected);
    }

    [Theory]
    [InlineData("$12.50", null, "12.50", "USD")]
    [InlineData("12,50 €", "de-DE", "12.50", "EUR")]
    [InlineData("-$1,200", "en-US", "-1200", "USD")]
    [InlineData("CHF 1'200.-", "de-CH", "1200", "CHF")]
    [InlineData("C$5", null, "5", "CAD")]
    [InlineData("$5", "en-AU", "5", "AUD")]
    [InlineData("R$ 1.299,90", "pt-BR", "1299.90", "BRL")]
    [InlineData("1 299 kr", "sv-SE", "1299", "SEK")]
    [InlineData("￥1,200", "zh-CN", "1200", "CNY")]
    [InlineData("¥1,200", "ja-JP", "1200", "JPY")]
    [InlineData("99 zł", "pl", "99", "PLN")]
    [InlineData("19.99", null, "19.99", null)]
    [InlineData("19,99", "fr-FR", "19.99", "EUR")]
    [InlineData("EUR 5 (was never USD)", null, "5", "EUR")]
    public void TryParseMoney_Price_IsAmountAndCurrency(string text, string? locale, string amount, string? currency)
    {
        NumberText.TryParseMoney(text, LocaleRules.Find(locale)!, out var money, out var problem).Should().BeTrue(problem);

        money!.ToJsonString().Should().Be($$"""{"amount":{{amount}},"currency":{{(currency is null ? "null" : $"\"{currency}\"")}}}""");
    }

    [Theory]
    [InlineData("10,00 € statt 20,00 €", "de")]
    [InlineData("from", null)]
    public void TryParseMoney_NoneOrSeveral_IsNotGuessed(string text, string? locale) =>
        NumberText.TryParseMoney(text, LocaleRules.Find(locale)!, out _, out _).Should().BeFalse();

    [Fact]
    public void TryParse_AnyNumberAsItsLocaleWritesIt_IsThatNumber() => ForAll.Values(
        from whole in Gen.Choose(0, 2_000_000_000)
        from cents in Gen.Choose(0, 99)
        from minus in Gen.Elements("", "-", "−")
        from locale in Gen.Elements("en-US", "de-DE", "fr-FR", "de-CH", "en-IN", "sv-SE", "ja-JP", "pt-BR")
        from grouped in Gen.Elements(true, false)
        select (whole, cents, minus, locale, grouped),
        sample =>
        {
            var rules = LocaleRules.Find(sample.locale)!;
            var digits = sample.whole.ToString(System.Globalization.CultureInfo.InvariantCulture);
            for (var at = digits.Length - 3; sample.grouped && at > 0; at -= 3)
                digits = digits.Insert(at, rules.Groups[..1]);
            var expected = (sample.minus.Length > 0 ? -1 : 1) * (sample.whole + (sample.cents / 100m));
            NumberText.TryParse($"{sample.minus}{digits}{rules.Decimal}{sample.cents:00}", rules, out var number, out _).Should().BeTrue();
            number.Should().Be(expected);
        });

    [Fact]
    public void TryParse_AnyText_EndsWithANumberOrAReason() => ForAll.Values(ArbMap.Default.GeneratorFor<string>(), text =>
    {
        var read = NumberText.TryParse(text ?? "", LocaleRules.None, out _, out var problem);
        problem.Length.Should().Match(length => (length > 0) != read);
    });
}
