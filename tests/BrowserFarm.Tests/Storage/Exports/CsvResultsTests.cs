using System.Text;
using System.Text.Json.Nodes;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using BrowserFarm.Storage.Exports;

namespace BrowserFarm.Tests.Storage.Exports;

public sealed class CsvResultsTests
{
    [Fact]
    public async Task WriteAsync_Fields_AreOneColumnEach()
    {
        var page = Some.Page() with
        {
            Fields = new JsonObject { ["name"] = "Lamp", ["stock"] = -5, ["price"] = new JsonObject { ["amount"] = 12.50m, ["currency"] = "EUR" }, ["new"] = true, ["none"] = null },
        };

        var lines = await LinesAsync(["seq", "fields.name", "fields.stock", "fields.price.amount", "fields.price.currency", "fields.new", "fields.none"], page);

        lines.Should().Equal("seq,fields.name,fields.stock,fields.price.amount,fields.price.currency,fields.new,fields.none", "1,Lamp,-5,12.50,EUR,true,", "");
    }

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+49 30 1234", "\"'+49 30 1234\"")]
    [InlineData("-5", "\"'-5\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("＠x", "'＠x")]
    [InlineData("a=1", "a=1")]
    [InlineData("", "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"no\"", "\"say \"\"no\"\"\"")]
    public async Task WriteAsync_TextOfAStranger_IsNoFormulaAndOneCell(string title, string cell)
    {
        var text = await TextAsync(["title", "status"], Some.Page(title: title));

        text.Should().Be($"title,status\r\n{cell},200\r\n");
    }

    [Fact]
    public async Task WriteAsync_HalfACharacter_IsReplaced() => (await TextAsync(["title"], Some.Page(title: "\ud800x"))).Should().Be("title\r\n\ufffdx\r\n");

    [Theory]
    [InlineData("\n=1+1")]
    [InlineData("\r\n=cmd|' /C calc'!A0")]
    [InlineData("two\nlines")]
    public async Task WriteAsync_LineBreaks_StayInTheirCell(string title)
    {
        var text = await TextAsync(["title"], Some.Page(title: title));

        var cell = text["title\r\n\"".Length..^"\"\r\n".Length];
        cell.TrimStart('\'').Should().Be(title);
        (title[0] is '\n' or '\r').Should().Be(cell.StartsWith('\''));
    }

    [Fact]
    public async Task WriteAsync_ListsAndObjects_AreJsonInTheirCell()
    {
        var page = Some.Page() with { Fields = new JsonObject { ["tags"] = new JsonArray("a", "b"), ["part"] = new JsonObject { ["x"] = 1 } } };

        (await LinesAsync(["fields.tags", "fields.part"], page))[1].Should().Be("\"[\"\"a\"\",\"\"b\"\"]\",\"{\"\"x\"\":1}\"");
    }

    [Fact]
    public async Task CompleteAsync_NothingRead_IsAHeadingAlone() => (await LinesAsync(["url", "title"])).Should().Equal("url,title", "");

    [Theory]
    [InlineData("fields.a.b", "dotted")]
    [InlineData("fields.a.c", "nested")]
    [InlineData("fields.a.none", null)]
    [InlineData("title.x", null)]
    public void ValueIn_NamesWithDots_AreFoundAsTheyAre(string path, string? expected)
    {
        var document = System.Text.Json.JsonSerializer.SerializeToElement(
            Some.Page() with { Fields = new JsonObject { ["a.b"] = "dotted", ["a"] = new JsonObject { ["b"] = "other", ["c"] = "nested" } } }, JobsJson.Readable.PageDocument);

        new ResultColumn(path).ValueIn(document)?.GetString().Should().Be(expected);
    }

    [Fact]
    public void Of_Fields_AreFlatWhereTheyHaveOneValue()
    {
        var wish = new PageWish(
            [PageFormat.Html, PageFormat.Png],
            [
                new FieldSpec("name", "h1"),
                new FieldSpec("price", ".p") { Type = FieldType.Money },
                new FieldSpec("tags", "li", IsList: true),
                new FieldSpec("seller", ".s") { Fields = [new FieldSpec("name", "b"), new FieldSpec("rates", "i", IsList: true)] },
                new FieldSpec("rows", "tr", IsList: true) { Fields = [new FieldSpec("cell", "td")] },
            ])
        { Handler = "product" };

        ResultColumn.Of(wish).Select(column => column.Path).Should().Equal(
            "seq", "url", "finalUrl", "status", "title", "fetchedAt", "depth",
            "fields.name", "fields.price.amount", "fields.price.currency", "fields.tags", "fields.seller.name", "fields.seller.rates", "fields.rows",
            "data", "artifacts.png");
    }

    [Theory]
    [InlineData("urk", "*nothing called 'urk'*url*")]
    [InlineData("url,fields.colour", "*no field for 'fields.colour'*name*")]
    [InlineData(" , ", "*No column is named*")]
    public void Parse_Mistakes_AreToldWithWhatThereIs(string list, string message)
    {
        var parse = () => ResultColumn.Parse([list], new PageWish([], [new FieldSpec("name", "h1")]));

        parse.Should().Throw<FormatException>().WithMessage(message);
    }

    [Fact]
    public void Parse_Lists_AreTheColumnsInTheirOrder() =>
        ResultColumn.Parse(["url, fields.name.x", "metadata.description", "seq"], new PageWish([], [new FieldSpec("name", "h1")]))
            .Select(column => column.Path).Should().Equal("url", "fields.name.x", "metadata.description", "seq");

    private static async Task<string[]> LinesAsync(string[] columns, params PageDocument[] pages) => (await TextAsync(columns, pages)).Split("\r\n");

    private static async Task<string> TextAsync(string[] columns, params PageDocument[] pages)
    {
        using var stream = new MemoryStream();
        await using (var csv = new CsvResults(stream, [.. columns.Select(path => new ResultColumn(path))]))
        {
            foreach (var (page, index) in pages.Select((page, index) => (page, index)))
                await csv.WriteAsync(new StoredResult(index + 1, page), default);
            await csv.CompleteAsync(default);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
