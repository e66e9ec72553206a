using System.Text;
using AngleSharp.Html.Parser;
using BrowserFarm.Extraction;
using BrowserFarm.Rendering.Fields;
using BrowserFarm.Rendering.Http;

namespace BrowserFarm.Tests.Extraction;

/// <summary>From a document and a schema to values, as of pages without a browser; what selectors match in a browser is held against this by FieldsOfBothEnginesTests.</summary>
public sealed class FieldReaderTests
{
    private const string Shop = """
        <!doctype html><base href="/shop/"><h1>  Two
          words </h1><a class=more href="x?a=1">on</a><a class=bare>no address</a>
        <p class=price data-cents="1250">1.299,50 €</p><p class=stock>only 3 left</p><time datetime="2026-11-26">yesterday</time>
        <ul><li class=v data-sku=A1><b>10</b><i>red</i></li><li class=v><b>none</b></li><li class=v data-sku=C3><b>30</b></li></ul>
        <input type=checkbox checked disabled="disabled" value="no"><div id=d> <em>x</em> </div>
        """;

    [Theory]
    [InlineData("\"h1\"", "\"Two words\"")]
    [InlineData("{ \"css\": \"h1\", \"space\": \"trim\" }", "\"Two\\n  words\"")]
    [InlineData("\"a.more@href\"", "\"x?a=1\"")]
    [InlineData("{ \"css\": \"a.more\", \"attribute\": \"href\", \"type\": \"url\" }", "\"https://a.example/shop/x?a=1\"")]
    [InlineData("{ \"css\": \".price\", \"type\": \"money\", \"locale\": \"de-DE\" }", "{\"amount\":1299.50,\"currency\":\"EUR\"}")]
    [InlineData("{ \"css\": \".price\", \"type\": \"number\", \"locale\": \"de-DE\" }", "1299.50")]
    [InlineData("{ \"css\": \".price\", \"attribute\": \"data-cents\", \"type\": \"number\" }", "1250")]
    [InlineData("{ \"css\": \"time\", \"attribute\": \"datetime\", \"type\": \"date\" }", "\"2026-11-26\"")]
    [InlineData("{ \"css\": \".stock\", \"pattern\": \"only (\\\\d+)\", \"type\": \"number\" }", "3")]
    [InlineData("{ \"css\": \".stock\", \"pattern\": \"left$\", \"type\": \"bool\" }", "true")]
    [InlineData("{ \"css\": \".stock\", \"pattern\": \"sold out\", \"type\": \"bool\" }", "false")]
    [InlineData("{ \"css\": \"input\", \"attribute\": \"checked\", \"type\": \"bool\" }", "true")]
    [InlineData("{ \"css\": \"input\", \"attribute\": \"disabled\", \"type\": \"bool\" }", "true")]
    [InlineData("{ \"css\": \"input\", \"attribute\": \"value\", \"type\": \"bool\" }", "false")]
    [InlineData("{ \"css\": \"#d\", \"html\": true }", "\"\\u003Cem\\u003Ex\\u003C/em\\u003E\"")]
    [InlineData("{ \"css\": \".none\" }", "null")]
    [InlineData("{ \"css\": \".none\", \"list\": true }", "[]")]
    [InlineData("{ \"css\": \".none\", \"default\": \"x\" }", "\"x\"")]
    [InlineData("{ \"css\": \".none\", \"list\": true, \"default\": [\"x\"] }", "[\"x\"]")]
    [InlineData("{ \"css\": \".v b\", \"list\": true }", "[\"10\",\"none\",\"30\"]")]
    [InlineData("{ \"css\": \".v\", \"list\": true, \"attribute\": \"data-sku\" }", "[\"A1\",\"C3\"]")]
    [InlineData("{ \"xpath\": \"//a/@href\" }", "\"x?a=1\"")]
    [InlineData("{ \"xpath\": \"//li[2]/b/text()\" }", "\"none\"")]
    [InlineData("{ \"xpath\": \"count(//li)\", \"type\": \"number\" }", "3")]
    [InlineData("{ \"xpath\": \"normalize-space(//h1)\" }", "\"Two words\"")]
    [InlineData("{ \"xpath\": \"boolean(//h2)\", \"type\": \"bool\" }", "false")]
    [InlineData("{ \"xpath\": \"//li[3]/preceding-sibling::li/b\", \"list\": true }", "[\"10\",\"none\"]")]
    [InlineData("{ \"xpath\": \"id('d')/em\" }", "\"x\"")]
    [InlineData("{ \"css\": \".v\", \"list\": true, \"fields\": { \"sku\": { \"attribute\": \"data-sku\" }, \"size\": \"b\", \"colour\": { \"xpath\": \"i\" } } }",
        "[{\"sku\":\"A1\",\"size\":\"10\",\"colour\":\"red\"},{\"sku\":null,\"size\":\"none\",\"colour\":null},{\"sku\":\"C3\",\"size\":\"30\",\"colour\":null}]")]
    [InlineData("{ \"css\": \".v\", \"list\": true, \"fields\": { \"sku\": { \"attribute\": \"data-sku\", \"required\": true } } }", "[{\"sku\":\"A1\"},{\"sku\":\"C3\"}]")]
    [InlineData("{ \"fields\": { \"title\": \"h1\" } }", "{\"title\":\"Two words\"}")]
    public void Read_Field_HasItsValue(string field, string expected)
    {
        var read = Read(field);

        (read.Values["f"]?.ToJsonString() ?? "null").Should().Be(expected);
        read.Missing.Should().BeNull();
    }

    [Theory]
    [InlineData("{ \"css\": \".stock\", \"type\": \"money\", \"pattern\": \"sold\" }", "f", "\"only 3 left\"", "does not match sold")]
    [InlineData("{ \"css\": \"h1\", \"type\": \"number\" }", "f", "\"Two words\"", "no number")]
    [InlineData("{ \"css\": \".price\", \"type\": \"number\" }", "f", "\"1.299,50 €\"", "locale")]
    [InlineData("{ \"css\": \"h1\", \"type\": \"bool\" }", "f", "\"Two words\"", "pattern")]
    [InlineData("{ \"css\": \".v b\", \"list\": true, \"type\": \"number\" }", "f[1]", "\"none\"", "no number")]
    [InlineData("{ \"css\": \".v\", \"list\": true, \"fields\": { \"size\": { \"css\": \"b\", \"type\": \"number\" } } }", "f[1].size", "\"none\"", "no number")]
    [InlineData("{ \"css\": \".v\", \"list\": true, \"fields\": { \"c\": { \"css\": \"i\", \"required\": true } } }", "f[1].c", "nothing", "required")]
    [InlineData("{ \"xpath\": \"//p[count(//p[count(//p) > 1]) > 1]\" }", "f", "nothing", "too long")]
    public void Read_WhatIsThereCannotBeRead_IsAProblemAndNoValue(string field, string at, string found, string problem)
    {
        var html = field.Contains("count(//p[count", StringComparison.Ordinal) ? Shop + string.Concat(Enumerable.Repeat("<p>", 3000)) : Shop;

        var read = Read(field, html);

        read.Problems.Should().Contain(one => one.Field == at && one.Found == found && one.Problem.Contains(problem));
        read.Missing.Should().BeNull("it is not required");
    }

    [Theory]
    [InlineData("{ \"css\": \".none\", \"required\": true }", "f (css .none): it is required; found nothing")]
    [InlineData("{ \"css\": \".none\", \"list\": true, \"required\": true }", "f (css .none): it is required; found nothing")]
    [InlineData("{ \"css\": \".bare\", \"attribute\": \"href\", \"required\": true }", "f (css .bare): it is required; found <a class=\"bare\"> without href")]
    [InlineData("{ \"css\": \"h1\", \"type\": \"number\", \"required\": true }", "f (css h1): there is no number in it; found \"Two words\"")]
    [InlineData("{ \"fields\": { \"g\": { \"xpath\": \"//h6\", \"required\": true } } }", "f.g (xpath //h6): it is required; found nothing")]
    public void Read_RequiredAndNotThere_NamesFieldSelectorAndWhatWasFound(string field, string expected) =>
        Read(field).Missing!.ToString().Should().Be(expected);

    [Fact]
    public void Read_PatternThatBacktracksForEver_IsAProblem() =>
        Read("{ \"css\": \"p\", \"pattern\": \"^(a+)+$\" }", $"<p>{new string('a', 60)}!</p>").Problems.Should().ContainSingle().Which.Problem.Should().Contain("took too long");

    [Fact]
    public void Read_MoreThanAListHolds_TakesTheFirstAndSaysSo()
    {
        var read = Read("{ \"css\": \"p\", \"list\": true }", string.Concat(Enumerable.Repeat("<p>x", FieldMatches.MaxTaken + 5)));

        read.Values["f"]!.AsArray().Should().HaveCount(FieldMatches.MaxTaken);
        read.Problems.Should().ContainSingle().Which.Found.Should().Be($"{FieldMatches.MaxTaken + 5} matches");
    }

    private static PageFields Read(string field, string html = Shop)
    {
        var fields = FieldSchema.Parse(Encoding.UTF8.GetBytes($$"""{ "f": {{field}} }"""), "schema");
        var page = StaticPage.Read(new HtmlParser().ParseDocument(NestingLimit.Flatten(html)), new Uri("https://a.example/dir/page"));
        return FieldReader.Read(fields, FieldPicker.Pick(page.Document, fields, TimeSpan.FromMilliseconds(500), TimeProvider.System, default), page.BaseUrl);
    }
}
