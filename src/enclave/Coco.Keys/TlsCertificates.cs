using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Keys;

/// <summary>Self-signed TLS certificates of enclaves. Trust comes from attestation and from the VN list, not from an issuer.</summary>
public static class TlsCertificates
{
    /// <summary>
    /// Our extension with encoded evidence, under the UUID arc (X.667), which needs no registration: an informative copy for
    /// tools. What counts is the evidence of the handshake, made for the peer's nonce.
    /// </summary>
    public const string EvidenceOid = "2.25.271828182845904523536028747135266249775";

    private const int MaxEvidenceSize = 256 * 1024;

    /// <summary>Clocks of VNs differ; a certificate that begins an hour ago is valid for all of them.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    /// <summary>
    /// A new P-256 key and a certificate for links between VNs. <paramref name="evidenceFor"/> gets the SHA-256 of the key's
    /// SubjectPublicKeyInfo and gives encoded evidence to embed, or null for none.
    /// </summary>
    public static X509Certificate2 CreateForPeers(
        string node, DateTimeOffset now, TimeSpan lifetime, Func<Hash256, byte[]?>? evidenceFor = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = RequestFor($"CN={node}", key);
        request.CertificateExtensions.Add(ServerAndClient());
        if (evidenceFor?.Invoke(Sha256.Hash(key.ExportSubjectPublicKeyInfo())) is { } evidence)
            request.CertificateExtensions.Add(new X509Extension(new Oid(EvidenceOid), evidence, critical: false));
        using X509Certificate2 certificate = request.CreateSelfSigned(now - ClockDifference, now + lifetime);
        return Usable(certificate);
    }

    /// <summary>SHA-256 of a certificate's SubjectPublicKeyInfo, as evidence binds it.</summary>
    public static Hash256 KeyDigest(X509Certificate2 certificate) => Sha256.Hash(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The embedded evidence; null where there is none, or too much.</summary>
    public static byte[]? FindEvidence(X509Certificate2 certificate) =>
        certificate.Extensions[EvidenceOid]?.RawData is { Length: <= MaxEvidenceSize } evidence ? evidence : null;

    internal static CertificateRequest RequestFor(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    internal static X509EnhancedKeyUsageExtension ServerAndClient() =>
        new([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"), new Oid("1.3.6.1.5.5.7.3.2", "clientAuth")], critical: false);

    internal static X509Extension AlternativeNames(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        return names.Build();
    }

    /// <summary>A copy whose key TLS can use: on Windows a key that is only in memory is refused there.</summary>
    internal static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
}
