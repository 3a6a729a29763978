using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Coco.Crypto;

/// <summary>A P-256 public key, checked to be a point of the curve and ready for verification. By one thread at a time.</summary>
public sealed class P256PublicKey : IDisposable
{
    private const int CoordinateSize = 32;
    private const byte Uncompressed = 0x04;

    /// <summary>A SubjectPublicKeyInfo of P-256 (RFC 5480) is these bytes before the uncompressed point.</summary>
    private static ReadOnlySpan<byte> SpkiPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    private readonly ECDsa _key;

    private P256PublicKey(ECDsa key, ReadOnlySpan<byte> point)
    {
        _key = key;
        Point = point.ToArray();
    }

    /// <summary>0x04, x, y.</summary>
    public ReadOnlyMemory<byte> Point { get; }

    /// <summary>Reads an uncompressed point or a DER SubjectPublicKeyInfo with one.</summary>
    public static bool TryImport(ReadOnlySpan<byte> encoding, [NotNullWhen(true)] out P256PublicKey? key)
    {
        key = null;
        if (encoding.Length == SpkiPrefix.Length + P256.PointSize && encoding.StartsWith(SpkiPrefix))
            encoding = encoding[SpkiPrefix.Length..];
        if (encoding.Length != P256.PointSize || encoding[0] != Uncompressed) return false;
        try
        {
            var point = new ECPoint
            {
                X = encoding.Slice(1, CoordinateSize).ToArray(),
                Y = encoding.Slice(1 + CoordinateSize, CoordinateSize).ToArray(),
            };
            key = new P256PublicKey(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point }), encoding);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) =>
        digest.Length == SecretKey.Size && signature.Length == P256.SignatureSize
        && _key.VerifyHash(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>The DER SubjectPublicKeyInfo of this key.</summary>
    public byte[] ToSpki() => [.. SpkiPrefix, .. Point.Span];

    public void Dispose() => _key.Dispose();
}
