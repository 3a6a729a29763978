using System.Diagnostics.CodeAnalysis;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>
/// The evidence of the software platform, for development (docs/formats/evidence-software.md). Its key is its own, so that
/// anyone can make such evidence: it has the shape of attestation and none of the protection.
/// </summary>
public sealed record SoftwareEvidence(
    Hash256 Measurement, bool IsDebug, ReadOnlyMemory<byte> ReportData, ulong IssuedAtUnixMs, ReadOnlyMemory<byte> PublicKey)
{
    public const string PlatformName = "software";

    private const byte Version = 1;

    private static ReadOnlySpan<byte> Label => "coco-software-evidence-v1"u8;

    public Evidence Sign(ISigner signer)
    {
        byte[] content = EncodeContent();
        Span<byte> signature = stackalloc byte[P256.SignatureSize];
        signer.Sign(DigestOf(content).Span, signature);
        return new Evidence(PlatformName, (byte[])[.. content, .. signature]);
    }

    /// <summary>Reads without judging; the signature is the last 64 bytes over all before.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SoftwareEvidence? evidence, out Hash256 digest, out byte[] signature)
    {
        (evidence, digest, signature) = (null, default, []);
        var reader = new SpanReader(bytes);
        if (!reader.TryReadByte(out byte version) || version != Version || !reader.TryReadHash(out Hash256 measurement)
            || !reader.TryReadByte(out byte isDebug) || isDebug > 1
            || !reader.TryReadFixed(AttestationClaims.ReportDataSize, out ReadOnlySpan<byte> reportData)
            || !reader.TryReadUInt64(out ulong issuedAt)
            || !reader.TryReadFixed(P256.PointSize, out ReadOnlySpan<byte> publicKey)
            || !reader.TryReadFixed(P256.SignatureSize, out ReadOnlySpan<byte> signed) || !reader.IsAtEnd)
        {
            return false;
        }
        evidence = new SoftwareEvidence(measurement, isDebug == 1, reportData.ToArray(), issuedAt, publicKey.ToArray());
        digest = DigestOf(bytes[..^P256.SignatureSize]);
        signature = signed.ToArray();
        return true;
    }

    private byte[] EncodeContent()
    {
        Invariant.Holds(ReportData.Length == AttestationClaims.ReportDataSize, "report data is 64 bytes");
        Invariant.Holds(PublicKey.Length == P256.PointSize, "the platform's key is a P-256 point of 65 bytes");
        var writer = new ByteWriter();
        writer.WriteByte(Version);
        writer.WriteHash(Measurement);
        writer.WriteByte(IsDebug ? (byte)1 : (byte)0);
        writer.WriteFixed(ReportData.Span);
        writer.WriteUInt64(IssuedAtUnixMs);
        writer.WriteFixed(PublicKey.Span);
        return writer.ToArray();
    }

    private static Hash256 DigestOf(ReadOnlySpan<byte> content) => Sha256.Hash([.. Label, .. content]);
}
