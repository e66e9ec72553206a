using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BrowserFarm.Delivery;

/// <summary>What messages are signed with, as the Standard Webhooks specification has it (standardwebhooks.com, version 1.0.0): HMAC-SHA256.</summary>
internal sealed class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int LeastBytes = 16;
    private const int MostBytes = 4096;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>Reads a secret: <c>whsec_</c> and base64, or any other text of one line, which then is the key itself.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="FormatException">It is no secret, or too short for one.</exception>
    public static WebhookSecret Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
            throw new FormatException($"{path} has more than {MostBytes} bytes, which is no secret.");
        var text = File.ReadAllText(path).Trim();
        if (text.Contains('\n', StringComparison.Ordinal))
            throw new FormatException($"{path} has several lines, a secret has one.");

        byte[] key;
        try
        {
            key = text.StartsWith(Prefix, StringComparison.Ordinal) ? Convert.FromBase64String(text[Prefix.Length..]) : Encoding.UTF8.GetBytes(text);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"{path} begins with {Prefix}, but what follows is not base64.", exception);
        }

        return key.Length >= LeastBytes ? new WebhookSecret(key) : throw new FormatException($"{path} has a secret of {key.Length} bytes; at least {LeastBytes} are needed.");
    }

    /// <summary>The value of <c>webhook-signature</c>: version 1, over number, time and body.</summary>
    public string Sign(string id, DateTimeOffset time, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{time.ToUnixTimeSeconds()}.")));
        hmac.AppendData(body);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }
}
