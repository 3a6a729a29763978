using System.Security.Cryptography;
using System.Text;

namespace Coco.Crypto;

/// <summary>HKDF with SHA-256 (RFC 5869).</summary>
public static class Hkdf
{
    /// <summary>Longest label and context together, in bytes; both are ours and short.</summary>
    public const int MaxInfoSize = 256;

    public static void Derive(ReadOnlySpan<byte> keyMaterial, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, Span<byte> output) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, keyMaterial, output, salt, info);

    /// <summary>
    /// A key for the use that <paramref name="label"/> names. The label's length goes before it, so that no label and
    /// <paramref name="context"/> together look like another pair.
    /// </summary>
    public static SecretKey Derive(SecretKey key, ReadOnlySpan<byte> salt, string label, ReadOnlySpan<byte> context = default)
    {
        Span<byte> info = stackalloc byte[MaxInfoSize];
        int labelSize = Encoding.UTF8.GetBytes(label, info[1..]);
        if (labelSize > byte.MaxValue || 1 + labelSize + context.Length > MaxInfoSize)
            throw new ArgumentException("Label and context are too long.", nameof(label));
        info[0] = (byte)labelSize;
        context.CopyTo(info[(1 + labelSize)..]);
        Span<byte> output = stackalloc byte[SecretKey.Size];
        Derive(key.Reveal(), salt, info[..(1 + labelSize + context.Length)], output);
        var derived = new SecretKey(output);
        CryptographicOperations.ZeroMemory(output);
        return derived;
    }
}
