using System.Text;
using System.Text.Json.Serialization;
using BrowserFarm.Api;
using BrowserFarm.Api.Access;

namespace BrowserFarm.Tests.Api.Access;

public sealed class StrictJsonTests
{
    private static StrictJsonResult<Order> Parse(string json) => StrictJson.Parse(Encoding.UTF8.GetBytes(json), OrderJson.Default.Order, maxDepth: 64);

    private static IReadOnlyList<ProblemError> ErrorsOf(string json)
    {
        var problem = Parse(json).Problem;
        problem.Should().NotBeNull("{0} is wrong", json);
        problem!.Status.Should().Be(422);
        return problem.Errors;
    }

    [Fact]
    public void Parse_EverythingRight_GivesTheValue()
    {
        var order = Parse("""{"seeds":["a"],"page":{"formats":["Html","full-text"],"ratio":0.5,"note":null,"headers":{"x":1}},"steps":[{"ms":5,"kind":"wait"},{"kind":"click","on":"#a"}]}""").Value!;

        order.Seeds.Should().Equal("a");
        order.Page!.Formats.Should().Equal(Format.Html, Format.FullText);
        order.Steps.Should().Equal(new Wait(5), new Click("#a"));
    }

    [Theory]
    [InlineData("""{"seeds":["a",7]}""", "/seeds/1", "is 7, but must be a string")]
    [InlineData("""{"seeds":"a"}""", "/seeds", "is \"a\", but must be an array")]
    [InlineData("""{"seeds":null}""", "/seeds", "is null, but must be an array")]
    [InlineData("""{"seeds":[null]}""", "/seeds/0", "is null, but must be a string")]
    [InlineData("""{}""", "/seeds", "is missing; it must be an array")]
    [InlineData("""{"seeds":[],"sedes":1}""", "/sedes", "is not known")]
    [InlineData("""{"seeds":[],"Seeds":[]}""", "/Seeds", "is not known")]
    [InlineData("""{"seeds":[],"seeds":[]}""", "/seeds", "is there more than once")]
    [InlineData("""{"seeds":[],"page":{"headers":{"a":1,"a":2}}}""", "/page/headers/a", "is there more than once")]
    [InlineData("""{"seeds":[],"page":{"headers":{"a/b~":"x"}}}""", "/page/headers/a~1b~0", "but must be a whole number")]
    [InlineData("""{"seeds":[],"page":[]}""", "/page", "is an array, but must be an object")]
    [InlineData("""{"seeds":[],"page":{"ratio":"0.5"}}""", "/page/ratio", "but must be a number in range")]
    [InlineData("""{"seeds":[],"page":{"ratio":1e400}}""", "/page/ratio", "is 1e400")]
    [InlineData("""{"seeds":[],"page":{"count":1.5}}""", "/page/count", "is 1.5, but must be a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"seeds":[],"page":{"count":3000000000}}""", "/page/count", "is 3000000000")]
    [InlineData("""{"seeds":[],"page":{"until":"soon"}}""", "/page/until", "but must be a time like")]
    [InlineData("""{"seeds":["\ud800"]}""", "/seeds/0", "but must be a string")]
    [InlineData("""{"seeds":[],"page":{"\ud800":1}}""", "/page", "half a surrogate pair")]
    [InlineData("""{"seeds":[],"steps":[{"kind":"jump"}]}""", "/steps/0/kind", "is \"jump\"")]
    [InlineData("""{"seeds":[],"steps":[{"ms":1}]}""", "/steps/0/kind", "is missing")]
    [InlineData("""{"seeds":[],"steps":[{"kind":"wait","ms":"1"}]}""", "/steps/0/ms", "is \"1\"")]
    [InlineData("""{"seeds":[],"steps":[{"kind":"wait","ms":1,"on":"x"}]}""", "/steps/0/on", "is not known")]
    [InlineData("""[]""", "", "is an array, but must be an object")]
    [InlineData("""7""", "", "is 7, but must be an object")]
    [InlineData("""null""", "", "is null, but must be an object")]
    public void Parse_OneMistake_IsToldWithItsPath(string json, string path, string message)
    {
        var error = ErrorsOf(json).Should().ContainSingle().Which;

        error.Path.Should().Be(path);
        error.Message.Should().Contain(message).And.NotContain("System.").And.NotContain("BrowserFarm");
    }

    [Fact]
    public void Parse_WrongEnum_ListsTheLegalValues()
    {
        var error = ErrorsOf("""{"seeds":[],"page":{"formats":["Html","full-text","hmtl"]}}""").Single();

        error.Path.Should().Be("/page/formats/2");
        error.Message.Should().Be("is \"hmtl\", but must be one of the listed");
        error.Allowed.Should().Equal("Html", "full-text");
        ErrorsOf("""{"seeds":[],"page":{"formats":[0]}}""").Single().Path.Should().Be("/page/formats/0", "numbers are no names");
    }

    [Fact]
    public void Parse_UnknownMemberOrKind_ListsTheKnownOnes()
    {
        ErrorsOf("""{"seeds":[],"x":1}""").Single().Allowed.Should().Equal("seeds", "page", "steps");
        ErrorsOf("""{"seeds":[],"steps":[{"kind":"x"}]}""").Single().Allowed.Should().Equal("wait", "click");
    }

    [Fact]
    public void Parse_ManyMistakes_AreToldAtOnceAndBounded()
    {
        ErrorsOf("""{"page":{"formats":["x"],"ratio":true},"y":1}""").Select(error => error.Path).Should().BeEquivalentTo("/page/formats/0", "/page/ratio", "/y", "/seeds");
        ErrorsOf($$"""{"seeds":[{{string.Join(',', Enumerable.Repeat("1", 1000))}}]}""").Should().HaveCount(20);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("""{"seeds":[],}""")]
    [InlineData("""{"seeds":[]} {}""")]
    [InlineData("""{/* comment */"seeds":[]}""")]
    [InlineData("""{'seeds':[]}""")]
    [InlineData("""{"seeds":[NaN]}""")]
    [InlineData("""{"seeds":[01]}""")]
    [InlineData("\uFEFF{\"seeds\":[]}")]
    public void Parse_NotWellFormed_IsRefusedWithTheLine(string json)
    {
        var problem = Parse(json).Problem!;

        problem.Status.Should().Be(400);
        problem.Detail.Should().StartWith("Line 1, byte ");
    }

    [Theory]
    [InlineData(62, 422)]
    [InlineData(63, 400)]
    [InlineData(100_000, 400)]
    public void Parse_Deep_IsRefusedBeyond64(int arrays, int status)
    {
        var problem = Parse($$"""{"seeds":[{{new string('[', arrays)}}{{new string(']', arrays)}}]}""").Problem!;

        problem.Status.Should().Be(status);
        if (status == 400)
            problem.Detail.Should().Be("The body is nested more than 64 deep.");
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    public void Parse_InvalidUtf8_IsRefused(byte[] bytes)
    {
        byte[] json = [.. Encoding.ASCII.GetBytes("{\"seeds\":[\""), .. bytes, .. Encoding.ASCII.GetBytes("\"]}")];

        StrictJson.Parse(json, OrderJson.Default.Order, maxDepth: 64).Problem!.Detail.Should().Be("The body is not valid UTF-8.");
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("$", "")]
    [InlineData("$.page.formats[2]", "/page/formats/2")]
    [InlineData("$[0][1].a", "/0/1/a")]
    [InlineData("$['odd.name'].b", "/odd.name/b")]
    [InlineData("$.a['x/y~z'][3]", "/a/x~1y~0z/3")]
    [InlineData("$['it\\'s']", "/it's")]
    [InlineData("$.a[", "/a/")]
    [InlineData("$['open", "/open")]
    public void OfJsonPath_Any_IsAPointer(string? path, string expected) => JsonPointer.OfJsonPath(path).Should().Be(expected);
}

internal sealed record Order(IReadOnlyList<string> Seeds)
{
    public Page? Page { get; init; }
    public IReadOnlyList<Step>? Steps { get; init; }
    public string Computed => string.Concat(Seeds);
}

internal sealed record Page
{
    public IReadOnlyList<Format>? Formats { get; init; }
    public double? Ratio { get; init; }
    public int Count { get; init; }
    public string? Note { get; init; }
    public DateTimeOffset? Until { get; init; }
    public IReadOnlyDictionary<string, int>? Headers { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<Format>))]
internal enum Format
{
    Html,

    [JsonStringEnumMemberName("full-text")]
    FullText,
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Wait), "wait")]
[JsonDerivedType(typeof(Click), "click")]
internal abstract record Step;

internal sealed record Wait(int Ms) : Step;

internal sealed record Click(string On) : Step;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
