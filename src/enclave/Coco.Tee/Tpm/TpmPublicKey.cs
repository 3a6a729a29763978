using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Coco.Tee;

/// <summary>An RSA attestation key as TPMT_PUBLIC (TPM 2.0 Library, part 2, 12.2.4).</summary>
public static class TpmPublicKey
{
    private const ushort Rsa = 0x0001;
    private const ushort Null = 0x0010;
    private const ushort RsaSsa = 0x0014;

    /// <summary>FIXED_TPM, FIXED_PARENT, SENSITIVE_DATA_ORIGIN, RESTRICTED and SIGN: the TPM made the key and signs only its own statements with it.</summary>
    private const uint RequiredAttributes = 0x0005_0032;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out RSA? key)
    {
        key = null;
        var reader = new TpmSpan(bytes);
        if (!reader.TryReadUInt16(out ushort type) || type != Rsa || !reader.TryReadUInt16(out _)
            || !reader.TryReadUInt32(out uint attributes) || (attributes & RequiredAttributes) != RequiredAttributes
            || !reader.TryReadSized(out _) || !reader.TryReadUInt16(out ushort symmetric) || symmetric != Null
            || !reader.TryReadUInt16(out ushort scheme) || scheme != RsaSsa || !reader.TryReadUInt16(out _)
            || !reader.TryReadUInt16(out ushort bits) || !reader.TryReadUInt32(out uint exponent)
            || !reader.TryReadSized(out ReadOnlySpan<byte> modulus) || !reader.IsAtEnd || modulus.Length * 8 != bits)
        {
            return false;
        }
        return RsaKeys.TryCreate(modulus, exponent == 0 ? [1, 0, 1] : [(byte)(exponent >> 24), (byte)(exponent >> 16), (byte)(exponent >> 8), (byte)exponent], out key);
    }
}

/// <summary>RSA keys from their numbers.</summary>
internal static class RsaKeys
{
    private const int MinBytes = 256;
    private const int MaxBytes = 512;

    /// <summary>2048 to 4096 bits and an odd exponent from 3 on; anything else is too weak or not a key: with 1 everybody signs.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, [NotNullWhen(true)] out RSA? key)
    {
        key = null;
        if (modulus.Length is < MinBytes or > MaxBytes || exponent.Length > 8) return false;
        exponent = exponent.TrimStart((byte)0);
        if (exponent is [] or [1] || (exponent[^1] & 1) == 0) return false;
        try
        {
            key = RSA.Create(new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
