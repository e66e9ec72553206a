using BrowserFarm.Api;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Api;

public sealed class ClientTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("plain äöü 例 \U0001F600 <b>", "plain äöü 例 \U0001F600 <b>")]
    [InlineData("a\r\nb\tc\0d", "a\uFFFD\uFFFDb\uFFFDc\uFFFDd")]
    [InlineData("\u001b[31mred\u009b0m", "\uFFFD[31mred\uFFFD0m")]
    [InlineData("a\u202Egnp.exe\u2066\u200F\u200B\uFEFF", "a\uFFFDgnp.exe\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("a\u2028b\u2029c\u0085", "a\uFFFDb\uFFFDc\uFFFD")]
    [InlineData("tag \U000E0041", "tag \uFFFD")]
    public void Clean_Text_HasNothingThatCouldHarm(string? text, string expected) => ClientText.Clean(text).Should().Be(expected);

    [Fact]
    public void Clean_HalfASurrogatePair_IsReplaced() => ClientText.Clean("half \ud83d pair").Should().Be("half \uFFFD pair");

    [Fact]
    public void Clean_LongText_IsCutTo200()
    {
        ClientText.Clean(new string('x', 200)).Should().Be(new string('x', 200));
        ClientText.Clean(new string('x', 201)).Should().Be(new string('x', 199) + "…");
        ClientText.Clean(string.Concat(Enumerable.Repeat("\U0001F600", 101))).Length.Should().BeLessThanOrEqualTo(200);
    }

    [Fact]
    public void Clean_AnyText_IsBoundedAndStaysAsItIsWhenCleanedAgain() => ForAll.Values(
        Gen.Choose(0, 0xFFFF).Select(code => (char)code).ArrayOf().Select(chars => new string(chars)),
        text =>
        {
            var clean = ClientText.Clean(text);

            clean.Length.Should().BeLessThanOrEqualTo(ClientText.ShownLength);
            clean.Any(c => char.IsControl(c)).Should().BeFalse();
            ClientText.Clean(clean).Should().Be(clean);
        });
}
