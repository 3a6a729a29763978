using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Coco.Tee;

/// <summary>A TPM's signed statement about its PCRs: TPMS_ATTEST of a quote (TPM 2.0 Library, part 2, 10.12). Read, not judged.</summary>
public sealed class TpmQuote
{
    private const uint Magic = 0xFF544347;
    private const ushort AttestQuote = 0x8018;
    private const int PcrCount = 24;

    private TpmQuote()
    {
    }

    /// <summary>What the asker gave: a nonce.</summary>
    public byte[] ExtraData { get; private set; } = [];

    public HashAlgorithmName Bank { get; private set; }

    /// <summary>The quoted PCRs, ascending.</summary>
    public List<int> Pcrs { get; } = [];

    public byte[] PcrDigest { get; private set; } = [];

    public uint ResetCount { get; private set; }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TpmQuote? quote)
    {
        quote = null;
        if (bytes.Length > Limits.MaxTpmQuoteSize) return false;
        var reader = new TpmSpan(bytes);
        var read = new TpmQuote();
        if (!reader.TryReadUInt32(out uint magic) || magic != Magic || !reader.TryReadUInt16(out ushort type) || type != AttestQuote
            || !reader.TryReadSized(out _) || !reader.TryReadSized(out ReadOnlySpan<byte> extra)
            || !reader.TryTake(8, out _) || !reader.TryReadUInt32(out uint resets) || !reader.TryTake(4 + 1 + 8, out _)
            || !read.TryReadSelection(ref reader) || !reader.TryReadSized(out ReadOnlySpan<byte> digest) || !reader.IsAtEnd)
        {
            return false;
        }
        (read.ExtraData, read.PcrDigest, read.ResetCount) = (extra.ToArray(), digest.ToArray(), resets);
        quote = read;
        return true;
    }

    /// <summary>RSASSA-PKCS1 or ECDSA by the TPM's attestation key; the signature bare or as TPMT_SIGNATURE.</summary>
    public static bool IsSigned(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature, RSA key)
    {
        HashAlgorithmName hash = HashAlgorithmName.SHA256;
        ReadOnlySpan<byte> raw = signature;
        if (signature.Length > 6 && BinaryPrimitives.ReadUInt16BigEndian(signature) == 0x0014)
        {
            if (!TpmSpan.TryHash(BinaryPrimitives.ReadUInt16BigEndian(signature[2..]), out hash)) return false;
            if (BinaryPrimitives.ReadUInt16BigEndian(signature[4..]) != signature.Length - 6) return false;
            raw = signature[6..];
        }
        return raw.Length * 8 == key.KeySize && key.VerifyData(bytes, raw, hash, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Whether the values, one after the other by ascending PCR, are the quoted ones.</summary>
    public bool HoldsValues(ReadOnlySpan<byte> values) => CryptographicOperations.HashData(HashAlgorithmName.SHA256, values).AsSpan().SequenceEqual(PcrDigest)
        || (Bank == HashAlgorithmName.SHA1 && CryptographicOperations.HashData(HashAlgorithmName.SHA1, values).AsSpan().SequenceEqual(PcrDigest));

    private bool TryReadSelection(ref TpmSpan reader)
    {
        if (!reader.TryReadUInt32(out uint banks) || banks != 1 || !reader.TryReadUInt16(out ushort algorithm) || !TpmSpan.TryHash(algorithm, out HashAlgorithmName bank)
            || !reader.TryReadByte(out byte size) || size != PcrCount / 8 || !reader.TryTake(size, out ReadOnlySpan<byte> bits))
        {
            return false;
        }
        Bank = bank;
        for (int pcr = 0; pcr < PcrCount; pcr++)
            if ((bits[pcr / 8] >> (pcr % 8) & 1) == 1) Pcrs.Add(pcr);
        return true;
    }
}
