using System.Text;
using BrowserFarm.Api.Access;
using TestKit;

namespace BrowserFarm.Tests.Api.Access;

public sealed class TokenFileTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF";

    private static IReadOnlyList<AccessToken> Parse(string json) => TokenFile.Parse(Encoding.UTF8.GetBytes(json), "tokens.json");

    private static IReadOnlyList<string> MistakesIn(string json) => FluentActions.Invoking(() => Parse(json)).Should().Throw<TokenFileException>().Which.Mistakes;

    /// <summary>A file with one token that is good but for what is put in.</summary>
    private static string With(string members) => $$"""{ "tokens": [ { {{members}} } ] }""";

    [Fact]
    public void Parse_EveryMember_IsRead()
    {
        var token = Parse(With($$""" "name": "ci", "sha256": "{{Hash}}", "scopes": ["jobs:read", "metrics"], "requestsPerMinute": 600, "queueShare": 0.5, "expires": "2027-01-01T00:00:00+01:00" """)).Single();

        token.Name.Should().Be("ci");
        Convert.ToHexString(token.Hash.Span).Should().BeEquivalentTo(Hash);
        token.Scopes.Should().Equal("jobs:read", "metrics");
        token.RequestsPerMinute.Should().Be(600);
        token.QueueShare.Should().Be(0.5);
        token.Expires.Should().Be(new DateTimeOffset(2026, 12, 31, 23, 0, 0, TimeSpan.Zero));
        token.Allows("jobs:read").Should().BeTrue();
        token.Allows("jobs:write").Should().BeFalse();
        token.Allows("admin").Should().BeFalse();
    }

    [Fact]
    public void Parse_NecessaryMembersOnly_LeavesNoLimit()
    {
        var token = Parse(With($$""" "name": "root", "sha256": "{{Hash}}", "scopes": ["admin"] """)).Single();

        token.Should().Match<AccessToken>(found => found.RequestsPerMinute == null && found.QueueShare == 1 && found.Expires == null);
        Scopes.All.Should().OnlyContain(scope => token.Allows(scope));
    }

    [Theory]
    [InlineData("\"name\": \"\"", "tokens[0].name is \"\", but must be 1 to 64")]
    [InlineData("\"name\": \"a b\"", "tokens[0].name is")]
    [InlineData("\"name\": 7", "tokens[0].name is 7")]
    [InlineData("\"name\": \"a\\u001b[31m\"", "tokens[0].name is")]
    [InlineData("\"sha256\": \"abc\"", "64 hexadecimal digits")]
    [InlineData("\"sha256\": \"g123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF\"", "64 hexadecimal digits")]
    [InlineData("\"scopes\": []", "tokens[0].scopes is [], but must be an array of scopes")]
    [InlineData("\"scopes\": \"admin\"", "tokens[0].scopes is \"admin\"")]
    [InlineData("\"scopes\": [\"jobs:read\", \"jobs:raed\"]", "tokens[0].scopes[1] is \"jobs:raed\", but must be one of jobs:read, jobs:write, jobs:script, admin, metrics")]
    [InlineData("\"scopes\": [\"admin\", \"admin\"]", "tokens[0].scopes[1] is \"admin\" once more")]
    [InlineData("\"scopes\": [null]", "tokens[0].scopes[0] is null")]
    [InlineData("\"requestsPerMinute\": 0", "tokens[0].requestsPerMinute is 0, but must be a whole number from 1 to 1000000")]
    [InlineData("\"requestsPerMinute\": 1000001", "requestsPerMinute is 1000001")]
    [InlineData("\"requestsPerMinute\": 1.5", "requestsPerMinute is 1.5")]
    [InlineData("\"requestsPerMinute\": \"600\"", "requestsPerMinute is \"600\"")]
    [InlineData("\"queueShare\": 0", "tokens[0].queueShare is 0, but must be a number over 0, up to 1")]
    [InlineData("\"queueShare\": 1.01", "queueShare is 1.01")]
    [InlineData("\"queueShare\": -1e400", "queueShare is -1e400")]
    [InlineData("\"expires\": \"2027-01-01\"", "tokens[0].expires is \"2027-01-01\", but must be a time with its offset")]
    [InlineData("\"expires\": \"2027-01-01T00:00:00\"", "expires is")]
    [InlineData("\"expires\": \"2027-13-01T00:00:00Z\"", "expires is")]
    [InlineData("\"expires\": 1893456000", "expires is")]
    [InlineData("\"expires\": null", "expires is null")]
    [InlineData("\"secret\": \"x\"", "tokens[0].secret is not known; known here: name, sha256, scopes, requestsPerMinute, queueShare, expires")]
    [InlineData("\"queueShare\": 1, \"queueShare\": 0.5", "tokens[0].queueShare is there more than once")]
    public void Parse_OneMistake_IsToldWithItsPlace(string members, string mistake)
    {
        var good = new Dictionary<string, string>
        {
            ["name"] = "\"a\"",
            ["sha256"] = $"\"{Hash}\"",
            ["scopes"] = "[\"admin\"]",
        };
        var rest = good.Where(member => !members.Contains($"\"{member.Key}\"", StringComparison.Ordinal)).Select(member => $"\"{member.Key}\": {member.Value}");

        MistakesIn(With(string.Join(", ", rest.Append(members)))).Should().ContainSingle().Which.Should().Contain(mistake).And.NotContain("\u001b");
    }

    [Fact]
    public void Parse_ManyMistakes_AreToldAtOnce() => MistakesIn($$"""
        { "tokens": [ { "name": "a", "sha256": "{{Hash}}", "scopes": ["admin"] }, { "name": "a", "sha256": "{{Hash}}", "scopes": ["admin"] }, { "scopes": ["nothing"] }, 7 ], "tokns": 1 }
        """).Should().BeEquivalentTo(
        "tokns is not known; known here: tokens",
        "tokens[2].name is missing; it must be 1 to 64 ASCII letters, digits, '.', '_' or '-'",
        "tokens[2].sha256 is missing; it must be 64 hexadecimal digits, the SHA-256 of the secret",
        "tokens[2].scopes[0] is \"nothing\", but must be one of jobs:read, jobs:write, jobs:script, admin, metrics",
        "tokens[3] is 7, but must be an object",
        "the name a is given to 2 tokens, but must be unique",
        "a and a have the same sha256, but every token needs a secret of its own");

    [Theory]
    [InlineData("[]", "the file is [], but must be an object")]
    [InlineData("{}", "tokens is missing")]
    [InlineData("""{ "tokens": [] }""", "at least one token")]
    [InlineData("""{ "tokens": {} }""", "at least one token")]
    [InlineData("""{ "tokens": [], "tokens": [] }""", "more than once")]
    public void Parse_NoTokens_IsRefused(string json, string mistake) => MistakesIn(json).Should().Contain(found => found.Contains(mistake));

    [Theory]
    [InlineData("")]
    [InlineData("{ \"tokens\": [ ], }")]
    [InlineData("{ // comment\n }")]
    [InlineData("{ \"\\ud800\": 1 }")]
    [InlineData("[[[[[[[[[[[[]]]]]]]]]]]]")]
    public void Parse_NoJson_IsRefused(string json) =>
        FluentActions.Invoking(() => Parse(json)).Should().Throw<TokenFileException>().WithMessage("The tokens file tokens.json *");

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Load_FileThatOthersMayWrite_IsRefusedWithTheCommandThatMendsIt(UnixFileMode mode)
    {
        using var folder = new TempFolder();
        var path = folder.Combine("tokens.json");
        File.WriteAllText(path, With($$""" "name": "a", "sha256": "{{Hash}}", "scopes": ["admin"] """));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);

        FluentActions.Invoking(() => TokenFile.Load(path)).Should().Throw<TokenFileException>().WithMessage($"*run: chmod go-w {path}");

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        TokenFile.Load(path).Should().ContainSingle();
    }

    [Fact]
    public void Load_LinkToAGoodFile_IsRead()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Combine("..data"), With($$""" "name": "a", "sha256": "{{Hash}}", "scopes": ["admin"] """));
        File.SetUnixFileMode(folder.Combine("..data"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(folder.Combine("tokens.json"), folder.Combine("..data"));

        TokenFile.Load(folder.Combine("tokens.json")).Should().ContainSingle("so a mounted secret looks");
    }

    [Fact]
    public void Load_NoFileOrAHugeOne_IsRefused()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.Combine("huge"), new byte[TokenFile.MaxBytes + 1]);
        File.SetUnixFileMode(folder.Combine("huge"), UnixFileMode.UserRead);

        FluentActions.Invoking(() => TokenFile.Load(folder.Combine("none"))).Should().Throw<TokenFileException>().WithMessage("*cannot be read*");
        FluentActions.Invoking(() => TokenFile.Load(folder.Combine("huge"))).Should().Throw<TokenFileException>().WithMessage("*at most*");
    }
}
