using System.Security.Cryptography;
using Coco.Crypto;

namespace Coco.Keys;

/// <summary>A P-256 key made in this process's memory. Leaves it only as PKCS#8, to be sealed. By one thread at a time.</summary>
public sealed class EcdsaSigner : ISigner, IDisposable
{
    private readonly ECDsa _key;

    private EcdsaSigner(ECDsa key)
    {
        _key = key;
        ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
        PublicKey = (byte[])[0x04, .. parameters.Q.X!, .. parameters.Q.Y!];
    }

    public ReadOnlyMemory<byte> PublicKey { get; }

    public static EcdsaSigner Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Throws <see cref="CryptographicException"/> if the bytes are not PKCS#8 of a P-256 key.</summary>
    public static EcdsaSigner ImportPkcs8(ReadOnlySpan<byte> pkcs8)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out int read);
            if (read == pkcs8.Length && key.KeySize == 256 && IsP256(key)) return new EcdsaSigner(key);
            throw new CryptographicException("Not exactly one P-256 key.");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>From PEM, as operators keep it. Throws <see cref="InvalidDataException"/> if it is not one P-256 key.</summary>
    public static EcdsaSigner ImportPem(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize == 256 && IsP256(key)) return new EcdsaSigner(key);
        }
        catch (Exception wrong) when (wrong is ArgumentException or CryptographicException)
        {
            // told below
        }
        key.Dispose();
        throw new InvalidDataException("The operator's key is not a P-256 private key in PEM.");
    }

    /// <summary>The private key; seal it and clear it.</summary>
    public byte[] ExportPkcs8() => _key.ExportPkcs8PrivateKey();

    public void Sign(ReadOnlySpan<byte> digest, Span<byte> signature)
    {
        bool isMade = _key.TrySignHash(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out int written);
        if (!isMade || written != P256.SignatureSize) throw new ArgumentException("A signature takes 64 bytes.", nameof(signature));
    }

    public void Dispose() => _key.Dispose();

    private static bool IsP256(ECDsa key) =>
        key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
}
