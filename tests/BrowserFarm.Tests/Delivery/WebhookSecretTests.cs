using System.Text;
using BrowserFarm.Delivery;
using TestKit;

namespace BrowserFarm.Tests.Delivery;

public sealed class WebhookSecretTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The example that libraries of the Standard Webhooks specification test themselves with.</summary>
    [Fact]
    public void Sign_TheSpecificationsExample_IsItsSignature() =>
        Read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
            .Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), Encoding.UTF8.GetBytes("{\"test\": 2432232314}"))
            .Should().Be("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Fact]
    public void Sign_PlainText_TakesItAsTheKey()
    {
        var plain = Read("  0123456789abcdef\r\n").Sign("id", DateTimeOffset.UnixEpoch, [1]);
        var base64 = Read($"whsec_{Convert.ToBase64String("0123456789abcdef"u8)}").Sign("id", DateTimeOffset.UnixEpoch, [1]);

        plain.Should().Be(base64);
    }

    [Fact]
    public void Sign_AnyPartChanged_IsAnotherSignature()
    {
        var secret = Read("0123456789abcdef");

        new[]
        {
            secret.Sign("id", DateTimeOffset.UnixEpoch, [1]),
            secret.Sign("ie", DateTimeOffset.UnixEpoch, [1]),
            secret.Sign("id", DateTimeOffset.UnixEpoch.AddSeconds(1), [1]),
            secret.Sign("id", DateTimeOffset.UnixEpoch, [2]),
            Read("0123456789abcdeF").Sign("id", DateTimeOffset.UnixEpoch, [1]),
        }.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("", "*secret of 0 bytes; at least 16*")]
    [InlineData("short", "*secret of 5 bytes; at least 16*")]
    [InlineData("whsec_not base64!", "*begins with whsec_*not base64*")]
    [InlineData("whsec_AAAA", "*secret of 3 bytes*")]
    [InlineData("0123456789abcdef\n0123456789abcdef", "*several lines*")]
    public void Read_NoSecret_SaysWhy(string text, string message)
    {
        var read = () => Read(text);

        read.Should().Throw<FormatException>().WithMessage(message);
    }

    [Fact]
    public void Read_AWholeDisk_IsNotRead()
    {
        var read = () => Read(new string('x', 5000));

        read.Should().Throw<FormatException>().WithMessage("*more than 4096 bytes*");
    }

    private WebhookSecret Read(string text)
    {
        var path = _folder.Combine("secret");
        File.WriteAllText(path, text);
        return WebhookSecret.Read(path);
    }
}
