using System.Security.Cryptography;
using System.Text;
using BrowserFarm.Jobs;

namespace BrowserFarm.Queueing;

/// <summary>A name that whoever submits gives to a submission: sent again under it, for it was not heard of the first time, it changes nothing.</summary>
/// <remarks>As the <c>Idempotency-Key</c> of HTTP interfaces (IETF draft-ietf-httpapi-idempotency-key-header).</remarks>
public static class SubmissionKey
{
    /// <summary>Characters a key may have.</summary>
    public const int MaxLength = 255;

    /// <summary>How long keys are remembered.</summary>
    public static TimeSpan KeptFor { get; } = TimeSpan.FromDays(7);

    /// <summary>1 to 255 visible ASCII characters.</summary>
    public static bool IsLegal(string key) => key.Length is > 0 and <= MaxLength && key.All(c => c is > ' ' and <= '~');

    /// <summary>What was submitted under a key, in 32 bytes: the same for the same jobs in the same order.</summary>
    internal static byte[] DigestOf(string crawlId, IReadOnlyList<NewJob> jobs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, crawlId);
        foreach (var job in jobs)
            Append(hash, FormattableString.Invariant($"{job.Url.Value} {job.Depth} {(int)job.Lane} {job.Priority} {(int)job.Engine}"));
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData("\n"u8);
    }
}

/// <summary>A key was used before for something else.</summary>
public sealed class SubmissionKeyException(string key) : Exception($"The key {key} was used before, for a submission of other pages; give this one a key of its own.");
