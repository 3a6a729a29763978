using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Keys;

/// <summary>
/// An organisation's signing key with its certificate (GOV-3). Development networks make one for each organisation; otherwise an
/// organisation brings its own.
/// </summary>
public sealed class MemberKey : IDisposable
{
    private readonly ECDsa _key;

    private MemberKey(ECDsa key, string certificatePem, byte[] certificate)
    {
        _key = key;
        CertificatePem = certificatePem;
        Certificate = certificate;
    }

    /// <summary>As it goes into the constitution.</summary>
    public string CertificatePem { get; }

    /// <summary>DER.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    private static HashAlgorithmName HashFor(ECDsa key) => key.KeySize == 384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    /// <summary>A new key on P-256, or P-384, with a self-signed certificate.</summary>
    public static MemberKey Create(string organisation, DateTimeOffset now, TimeSpan lifetime, bool isP384 = false)
    {
        var key = ECDsa.Create(isP384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(organisation);
        var request = new CertificateRequest(name.Build(), key, HashFor(key));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(now, now + lifetime);
        return new MemberKey(key, certificate.ExportCertificatePem(), certificate.RawData);
    }

    /// <summary>Throws <see cref="CryptographicException"/> unless the texts are a certificate and its PKCS#8 ECDSA key on P-256 or P-384.</summary>
    public static MemberKey Load(string certificatePem, string keyPem)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        ECDsa key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("The key is not an ECDSA key.");
        if (key.KeySize is 256 or 384) return new MemberKey(key, certificate.ExportCertificatePem(), certificate.RawData);
        key.Dispose();
        throw new CryptographicException("The key is not on P-256 or P-384.");
    }

    /// <summary>PEM PKCS#8.</summary>
    public string ExportKeyPem() => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>Signs by ES256 or ES384; r||s.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashFor(_key), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => _key.Dispose();
}
