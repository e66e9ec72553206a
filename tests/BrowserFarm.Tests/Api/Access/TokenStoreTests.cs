using BrowserFarm.Api.Access;
using TestKit;

namespace BrowserFarm.Tests.Api.Access;

public sealed class TokenStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    private string Path => _folder.Combine("tokens.json");

    public void Dispose() => _folder.Dispose();

    private TokenSecret Write(string name)
    {
        var secret = TokenSecret.Create();
        WriteText($$"""{ "tokens": [ { "name": "{{name}}", "sha256": "{{secret.Hash}}", "scopes": ["jobs:read"], "expires": "2026-01-01T13:00:00Z" } ] }""");
        return secret;
    }

    private void WriteText(string text)
    {
        File.WriteAllText(Path, text);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Create_Secret_IsRandomAndHashedAsItIsFound()
    {
        var secret = TokenSecret.Create();

        secret.Text.Should().MatchRegex("^bf_[A-Za-z0-9_-]{43}$").And.NotBe(TokenSecret.Create().Text);
        secret.Hash.Should().MatchRegex("^[0-9a-f]{64}$").And.Be(Convert.ToHexStringLower(TokenSecret.HashOf(secret.Text)));
        $"{secret}".Should().NotContain(secret.Text[3..]);
    }

    [Fact]
    public void Find_Secret_IsAcceptedUntilItExpires()
    {
        var secret = Write("ci");
        var store = TokenStore.Load(Path, _time);

        store.Find(secret.Text).Should().BeOfType<TokenCheck.Accepted>().Which.Token.Name.Should().Be("ci");
        _time.Advance(TimeSpan.FromHours(1));
        store.Find(secret.Text).Should().BeOfType<TokenCheck.Expired>().Which.Token.Name.Should().Be("ci");
        store.IsOpen.Should().BeFalse("expired tokens open nothing");
    }

    [Fact]
    public void Find_AnythingElse_IsUnknown()
    {
        var secret = Write("ci");
        var store = TokenStore.Load(Path, _time);
        var last = secret.Text[^1] == 'A' ? 'B' : 'A';

        foreach (var wrong in new[] { "", secret.Hash, secret.Text[..^1], secret.Text[..^1] + last, secret.Text + " ", secret.Text.ToUpperInvariant(), new string('x', 1_000_000), "\ud800" })
            store.Find(wrong).Should().BeOfType<TokenCheck.Unknown>();
    }

    [Fact]
    public void TryReload_ChangedFile_ReplacesTheTokens()
    {
        var old = Write("old");
        var store = TokenStore.Load(Path, _time);
        store.TryReload().Should().BeOfType<TokenReload.Unchanged>();
        var next = Write("next");

        store.TryReload().Should().Be(new TokenReload.Replaced(1));

        store.Find(old.Text).Should().BeOfType<TokenCheck.Unknown>();
        store.Find(next.Text).Should().BeOfType<TokenCheck.Accepted>();
        store.TryReload().Should().BeOfType<TokenReload.Unchanged>();
    }

    [Fact]
    public void TryReload_FaultyFile_KeepsTheTokensAndTellsWhyOnce()
    {
        var secret = Write("old");
        var store = TokenStore.Load(Path, _time);

        foreach (var (spoil, reason) in new (Action, string)[]
        {
            (() => WriteText("{"), "not valid JSON"),
            (() => WriteText("""{ "tokens": [] }"""), "at least one token"),
            (() => File.Delete(Path), "cannot be read"),
            (() => { Write("x"); File.SetUnixFileMode(Path, (UnixFileMode)0b110_110_110); }, "chmod go-w"),
        })
        {
            spoil();
            store.TryReload().Should().BeOfType<TokenReload.Kept>().Which.Reason.Should().Contain(reason);
            store.TryReload().Should().BeOfType<TokenReload.Unchanged>("it was told");
            store.Fault.Should().Contain(reason);
            store.Find(secret.Text).Should().BeOfType<TokenCheck.Accepted>();
        }

        File.SetUnixFileMode(Path, UnixFileMode.UserRead);
        store.TryReload().Should().Be(new TokenReload.Replaced(1));
        store.Fault.Should().BeNull();
    }

    [Fact]
    public void TryReload_FileIsAsItWasBeforeTheFault_HoldsAgain()
    {
        Write("old");
        var text = File.ReadAllText(Path);
        var store = TokenStore.Load(Path, _time);
        WriteText("{");
        store.TryReload().Should().BeOfType<TokenReload.Kept>();

        WriteText(text);

        store.TryReload().Should().Be(new TokenReload.Replaced(1));
        store.Fault.Should().BeNull();
    }

    [Fact]
    public void Open_NoFile_HasNoTokensAndNeverWill()
    {
        var store = TokenStore.Open(_time);

        store.IsOpen.Should().BeTrue();
        store.TryReload().Should().BeOfType<TokenReload.Unchanged>();
        store.Find("x").Should().BeOfType<TokenCheck.Unknown>();
        FluentActions.Invoking(() => TokenStore.Of([], _time)).Should().Throw<ArgumentException>();
    }
}
