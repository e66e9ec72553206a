using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace BrowserFarm.Api.Access;

/// <summary>A new token's secret, shown once, and the hash that is kept of it.</summary>
/// <param name="Text"><c>bf_</c> and 43 base64url characters: 256 random bits, easily found by scanners for leaked secrets.</param>
/// <param name="Hash">SHA-256 of <paramref name="Text"/>, 64 lower-case hexadecimal digits: <c>sha256</c> in the tokens file.</param>
/// <remarks>
/// One plain SHA-256 is enough: passwords need a slow, salted hash because people choose them from few; out of 2^256 random secrets nobody finds
/// one by trying, however fast a try is.
/// </remarks>
public sealed record TokenSecret(string Text, string Hash)
{
    public const string Prefix = "bf_";
    private const int Bytes = 32;

    /// <summary>A secret that was never there before.</summary>
    public static TokenSecret Create()
    {
        var text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        return new TokenSecret(text, Convert.ToHexStringLower(HashOf(text)));
    }

    /// <summary>What is kept of a secret.</summary>
    /// <returns>32 bytes.</returns>
    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Not the secret, so that it gets into no log by accident.</summary>
    public override string ToString() => $"{Prefix}… ({Hash[..8]})";
}
