using System.Security.Cryptography;
using Coco.Primitives;

namespace Coco.Crypto;

/// <summary>SHA-256 (FIPS 180-4) of the platform's library.</summary>
public static class Sha256
{
    public static Hash256 Hash(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        Hash(input, digest);
        return new Hash256(digest);
    }

    /// <summary>Writes the 32 bytes of the hash to the start of <paramref name="output"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length <= Sha256Native.MaxInput && Sha256Native.IsAvailable) Sha256Native.Hash(input, output[..Hash256.Size]);
        else SHA256.HashData(input, output);
    }
}
