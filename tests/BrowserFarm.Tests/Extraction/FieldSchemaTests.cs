using System.Text;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Extraction;

public sealed class FieldSchemaTests
{
    [Fact]
    public void Parse_EveryKey_IsRead()
    {
        var fields = Parse("""
            {
              // a short one
              "title": "h1",
              "link": "a.more@href",
              "price": { "css": ".price", "type": "money", "locale": "de-DE", "required": true },
              "date": { "xpath": "//time/@datetime", "type": "date", "pattern": "^\\S+", "default": "2026-01-01" },
              "body": { "css": "main", "html": true, "space": "keep" },
              "variants": { "css": ".variant", "list": true, "fields": {
                "sku": { "attribute": "data-sku" },
                "sizes": { "xpath": "./li", "list": true, "type": "number" },
              } },
            }
            """);

        fields.Select(field => field.Name).Should().Equal("title", "link", "price", "date", "body", "variants");
        fields[0].Should().Be(new FieldSpec("title", "h1"));
        fields[1].Should().Be(new FieldSpec("link", "a.more", "href"));
        fields[2].Should().Be(new FieldSpec("price", ".price") { Type = FieldType.Money, Locale = "de-DE", Required = true });
        fields[3].Should().BeEquivalentTo(new { Selector = "//time/@datetime", Language = SelectorLanguage.XPath, Type = FieldType.Date, Pattern = "^\\S+" });
        fields[3].Default!.Value.GetString().Should().Be("2026-01-01");
        fields[4].Should().Be(new FieldSpec("body", "main") { Html = true, Space = WhiteSpace.Keep });
        fields[5].IsList.Should().BeTrue();
        fields[5].Fields[0].Should().Be(new FieldSpec("sku", "", "data-sku"));
        fields[5].Fields[1].Should().Be(new FieldSpec("sizes", "./li", IsList: true) { Language = SelectorLanguage.XPath, Type = FieldType.Number });
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "the schema must be an object with a field for each key")]
    [InlineData("{}", "the schema must be an object")]
    [InlineData("{ \"a\": 5 }", "a must be a selector, or an object")]
    [InlineData("{ \"a\": \"h1[\" }", "not a CSS selector")]
    [InlineData("{ \"a\": \"h1\", \"a\": \"h2\" }", "a must be given once")]
    [InlineData("{ \"\": \"h1\" }", "called by 1 to 200 characters")]
    [InlineData("{ \"a\": {} }", "a must be found by css or xpath: it has neither")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"xpath\": \"//h1\" } }", "not by both")]
    [InlineData("{ \"a\": { \"css\": 5 } }", "a.css must be a CSS selector")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"css\": \"h1\" } }", "a.css must be given once")]
    [InlineData("{ \"a\": { \"xpath\": \"//h1[\" } }", "the XPath of a, is not one")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"typ\": \"number\" } }", "a.typ must be one of css, xpath, attribute")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"type\": \"integer\" } }", "a.type must be text, number, money, date, bool, url")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"list\": \"yes\" } }", "a.list must be true or false")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"type\": \"number\", \"locale\": \"xx\" } }", "a.locale must be a language")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"type\": \"number\", \"locale\": \"de-de\" } }", "a.locale must be a language")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"locale\": \"de\" } }", "a.locale must be absent, or the type number, money or date")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"pattern\": \"(\" } }", "a.pattern must be a regular expression")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"attribute\": \"x y\" } }", "a.attribute must be the name of an attribute")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"attribute\": \"x\", \"html\": true } }", "a.html must be absent")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"required\": true, \"default\": \"x\" } }", "a.required must be absent")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"default\": 5 } }", "a.default must be a string")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"list\": true, \"default\": \"x\" } }", "a.default must be a list")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"fields\": {} } }", "a must be an object with a field for each key")]
    [InlineData("{ \"a\": { \"css\": \"h1\", \"type\": \"number\", \"fields\": { \"b\": \"i\" } } }", "a.type must be absent")]
    [InlineData("{ \"a\": { \"fields\": { \"b\": { \"css\": \"i\", \"type\": \"x\" } } } }", "a.b.type must be")]
    public void Parse_Mistake_IsNamedWithItsPath(string json, string message) =>
        FluentActions.Invoking(() => Parse(json)).Should().Throw<FormatException>().WithMessage($"shop.json*{message}*");

    [Fact]
    public void Parse_SeveralMistakes_AreAllTold() =>
        FluentActions.Invoking(() => Parse("""{ "a": { "css": "h1[", "type": "x" }, "b": 1, "c": { "css": "p", "no": 1 } }"""))
            .Should().Throw<FormatException>().WithMessage("*h1[*a.type*b must be*c.no*").Which.Message.Should().NotContain("\n", "a failure is one line");

    [Fact]
    public void Parse_DeeperThanFiveOrMoreThanFiveHundred_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("{ \"a\": { \"fields\": ", 6)) + "{ \"b\": \"i\" }" + string.Concat(Enumerable.Repeat("} }", 6));
        var wide = $"{{ {string.Join(',', Enumerable.Range(0, 600).Select(number => $"\"f{number}\": \"h1\""))} }}";
        var bottomless = string.Concat(Enumerable.Repeat("{ \"a\": { \"fields\": ", 5000));

        FluentActions.Invoking(() => Parse(deep)).Should().Throw<FormatException>().WithMessage("*at most 5 levels*");
        FluentActions.Invoking(() => Parse(wide)).Should().Throw<FormatException>().WithMessage("*at most 500 fields*");
        FluentActions.Invoking(() => Parse(bottomless)).Should().Throw<FormatException>().WithMessage("*not JSON*");
        FluentActions.Invoking(() => FieldSchema.Parse(new byte[FieldSchema.MaxBytes + 1], "x")).Should().Throw<FormatException>().WithMessage("*at most*");
    }

    private static IReadOnlyList<FieldSpec> Parse(string json) => FieldSchema.Parse(Encoding.UTF8.GetBytes(json), "shop.json");
}
