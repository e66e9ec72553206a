using BrowserFarm.Hosting;
using TestKit;

namespace BrowserFarm.Tests.Hosting;

public sealed class ProfileFileTests : IDisposable
{
    private const string Profile = """
        {"cookies":[{"name":"who","value":"ada","domain":".a.example","path":"/","expires":-1,"httpOnly":true,"secure":true,"sameSite":"Lax"},
                    {"name":"old","value":"x","domain":"a.example","path":"/b","expires":4102444800,"httpOnly":false,"secure":false,"sameSite":"None"}],"origins":[]}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_Profile_IsReadAgainAndIsNobodyElsesToRead()
    {
        var path = _folder.Combine("ada.json");
        await File.WriteAllTextAsync(path, "older");

        await ProfileFile.WriteAsync(path, Profile, CancellationToken.None);

        ProfileFile.Read(path).Should().Be(Profile);
        File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(_folder.Path).Should().Equal([path], "nothing is left beside it");
    }

    [Fact]
    public void CookiesOf_Profile_AreThoseOfIt()
    {
        var cookies = ProfileFile.CookiesOf(Profile);

        cookies.Select(cookie => (cookie.Name, cookie.Value, cookie.Domain, cookie.Path, cookie.Secure, cookie.HttpOnly)).Should().Equal(
            ("who", "ada", ".a.example", "/", true, true), ("old", "x", "a.example", "/b", false, false));
        cookies[0].Expires.Should().Be(default, "it lasts as long as the visit");
        cookies[1].Expires.Should().Be(new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"cookies":[]}""")]
    [InlineData("""{"origins":[]}""")]
    [InlineData("""{"cookies":[{"name":"x"}],"origins":[]}""")]
    [InlineData("""{"cookies":[{"name":1,"value":"","domain":"","path":"","secure":true,"httpOnly":true,"expires":1}],"origins":[]}""")]
    [InlineData("""{"cookies":{},"origins":[]}""")]
    public async Task Read_NoProfile_SaysWhatOneIs(string text)
    {
        var path = _folder.Combine("x.json");
        await File.WriteAllTextAsync(path, text);

        FluentActions.Invoking(() => ProfileFile.Read(path)).Should().Throw<ConfigFileException>().WithMessage($"{path} is not a profile (\"cookies\" and \"origins\", as --save-profile writes them): *");
    }

    [Fact]
    public void Read_NoFile_SaysWhich() =>
        FluentActions.Invoking(() => ProfileFile.Read(_folder.Combine("none"))).Should().Throw<ConfigFileException>().WithMessage("The profile *none cannot be read: *");
}
