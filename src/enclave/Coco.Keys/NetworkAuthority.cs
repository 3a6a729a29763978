using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Keys;

/// <summary>
/// Certifies the keys of workers' client endpoints, so that a client needs one file (<c>caFile</c>) for all VNs of a network. On
/// development networks the tool makes one and every manager gets it; a client that wants proof fetches the evidence (TEE-4).
/// </summary>
public sealed class NetworkAuthority : IDisposable
{
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    private readonly X509Certificate2 _certificate;

    private NetworkAuthority(X509Certificate2 certificate) => _certificate = certificate;

    public X509Certificate2 Certificate => _certificate;

    /// <summary>The certificate as PEM: the caFile.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    public static NetworkAuthority Create(string network, DateTimeOffset now, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={network} clients", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using X509Certificate2 certificate = request.CreateSelfSigned(now - ClockDifference, now + lifetime);
        return new NetworkAuthority(TlsCertificates.Usable(certificate));
    }

    /// <summary>Throws <see cref="CryptographicException"/> if the texts are not a certificate and its key.</summary>
    public static NetworkAuthority Load(string certificatePem, string keyPem)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        return new NetworkAuthority(TlsCertificates.Usable(certificate));
    }

    /// <summary>The private key as PEM PKCS#8: a secret of the network's managers.</summary>
    public string ExportKeyPem()
    {
        using ECDsa key = _certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>
    /// Certifies a key that a worker made: <paramref name="publicKey"/> is its SubjectPublicKeyInfo, <paramref name="hosts"/> the
    /// DNS names and addresses that clients use. Gives the DER certificate; throws <see cref="CryptographicException"/> if the
    /// bytes are not a P-256 key.
    /// </summary>
    public byte[] Certify(string node, ReadOnlySpan<byte> publicKey, IEnumerable<string> hosts, DateTimeOffset now, TimeSpan lifetime)
    {
        if (!Crypto.P256PublicKey.TryImport(publicKey, out Crypto.P256PublicKey? point))
            throw new CryptographicException("The worker's key is not a P-256 key.");
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(point.ToSpki(), out _);
        point.Dispose();
        CertificateRequest request = TlsCertificates.RequestFor($"CN={node}", key);
        request.CertificateExtensions.Add(TlsCertificates.ServerAndClient());
        request.CertificateExtensions.Add(TlsCertificates.AlternativeNames(hosts));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        DateTimeOffset begin = Later(now - ClockDifference, _certificate.NotBefore);
        DateTimeOffset end = now + lifetime < _certificate.NotAfter ? now + lifetime : _certificate.NotAfter;
        using X509Certificate2 certificate = request.Create(_certificate, begin, end, NewSerial());
        return certificate.RawData;
    }

    public void Dispose() => _certificate.Dispose();

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>127 random bits: positive, as RFC 5280 4.1.2.2 asks.</summary>
    private static byte[] NewSerial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        serial[0] |= 0x40;
        return serial;
    }
}
