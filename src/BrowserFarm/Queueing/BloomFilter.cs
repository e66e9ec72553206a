using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BrowserFarm.Queueing;

/// <summary>Remembers texts in a few bits each: "never added" is certain, "added" is wrong once in a hundred times. Not for two threads at a time.</summary>
/// <remarks>
/// Source: Bloom, "Space/Time Trade-offs in Hash Coding with Allowable Errors", 1970. For n texts and a share p of false positives,
/// m = −n·ln p / (ln 2)² bits and k = m/n · ln 2 probes. The probes are g(i) = h1 + i·h2: Kirsch and Mitzenmacher, "Less Hashing, Same
/// Performance: Building a Better Bloom Filter", 2006.
/// </remarks>
internal sealed class BloomFilter
{
    /// <summary>Share of texts never added that are taken for added when the filter is as full as it was made for.</summary>
    public const double FalsePositiveRatio = 0.01;

    private static readonly double BitsPerText = -Math.Log(FalsePositiveRatio) / (Math.Log(2) * Math.Log(2));
    private static readonly int Probes = (int)Math.Round(BitsPerText * Math.Log(2));

    private readonly ulong[] _bits;

    /// <param name="capacity">Texts it is made for; at least 1. With more it still never forgets one, but is wrong more often.</param>
    public BloomFilter(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _bits = new ulong[BytesFor(capacity) / sizeof(ulong)];
    }

    public long Capacity { get; }

    public long Bytes => (long)_bits.Length * sizeof(ulong);

    /// <summary>Memory of a filter for so many texts.</summary>
    public static long BytesFor(long capacity) => ((long)Math.Ceiling(capacity * BitsPerText / 64) + 1) * sizeof(ulong);

    public void Add(TextHash hash)
    {
        for (var i = 0; i < Probes; i++)
        {
            var bit = BitOf(hash, i);
            _bits[bit >> 6] |= 1UL << (int)(bit & 63);
        }
    }

    /// <returns>False only when it was never added.</returns>
    public bool MayContain(TextHash hash)
    {
        for (var i = 0; i < Probes; i++)
        {
            var bit = BitOf(hash, i);
            if ((_bits[bit >> 6] & (1UL << (int)(bit & 63))) == 0)
                return false;
        }

        return true;
    }

    private ulong BitOf(TextHash hash, int probe) => (hash.First + ((ulong)probe * hash.Second)) % ((ulong)_bits.Length * 64);
}

/// <summary>Two independent numbers made of a text, the same in every process.</summary>
internal readonly record struct TextHash(ulong First, ulong Second)
{
    /// <summary>Of SHA-256, because pages choose the texts: nobody can make up links that all look like known ones.</summary>
    public static TextHash Of(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), digest);
        return new TextHash(BinaryPrimitives.ReadUInt64LittleEndian(digest), BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]) | 1);
    }
}
