using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>Certificates that came with evidence, and whether they lead to a pinned root. Owns them.</summary>
public sealed class CertificateChain : IDisposable
{
    private readonly List<X509Certificate2> _certificates;

    private CertificateChain(List<X509Certificate2> certificates) => _certificates = certificates;

    /// <summary>The certificate that is asked about; the others stand in any order.</summary>
    public X509Certificate2 Leaf => _certificates[0];

    /// <summary>The self-signed one; null if none came.</summary>
    public X509Certificate2? Root => _certificates.Find(IsSelfIssued);

    /// <summary>The issuer of the leaf among them.</summary>
    public X509Certificate2? IssuerOf(X509Certificate2 subject) =>
        _certificates.Find(known => IsIssuer(known, subject));

    public IReadOnlyList<X509Certificate2> Certificates => _certificates;

    /// <summary>False unless every one is exactly one DER certificate. The first is the leaf.</summary>
    public static bool TryLoad(IEnumerable<ReadOnlyMemory<byte>> ders, [NotNullWhen(true)] out CertificateChain? chain)
    {
        chain = null;
        var loaded = new List<X509Certificate2>();
        foreach (ReadOnlyMemory<byte> der in ders)
        {
            if (loaded.Count < Limits.MaxChainCertificates && TryLoadOne(der.Span, out X509Certificate2? certificate))
            {
                loaded.Add(certificate);
                continue;
            }
            foreach (X509Certificate2 done in loaded) done.Dispose();
            return false;
        }
        if (loaded.Count == 0) return false;
        chain = new CertificateChain(loaded);
        return true;
    }

    /// <summary>As <see cref="TryLoad"/>, of certificates in any order.</summary>
    public static bool TryLoadPem(ReadOnlySpan<byte> pem, [NotNullWhen(true)] out CertificateChain? chain)
    {
        chain = null;
        var ders = new List<byte[]>();
        if (!StrictPem.TryReadCertificates(pem, ders) || !TryLoad(ders.Select(der => (ReadOnlyMemory<byte>)der), out chain)) return false;
        int leaf = chain.FindLeaf();
        chain._certificates.Insert(0, chain._certificates[leaf]);
        chain._certificates.RemoveAt(leaf + 1);
        return true;
    }

    /// <summary>The place of the certificate that issued none of the others; the first where there is none.</summary>
    public int FindLeaf() => Math.Max(0, _certificates.FindIndex(one => !IsSelfIssued(one) && !_certificates.Exists(other => other != one && IsIssuer(one, other))));

    /// <summary>Whether the leaf's common name holds these words.</summary>
    public bool IsLeafNamed(string words) => Leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false).Contains(words, StringComparison.Ordinal);

    /// <summary>
    /// Null if the leaf leads over these certificates to the root whose key is pinned, all valid at <paramref name="now"/>.
    /// Revocation is <see cref="RevocationList"/>'s: the platform's chain cannot be given a list.
    /// </summary>
    public EvidenceRefusal? Verify(ReadOnlySpan<byte> pinnedKeyDigest, DateTimeOffset now)
    {
        if (Root is not { } root) return new EvidenceRefusal(EvidenceCheck.Chain, "no root certificate is among the certificates");
        if (!SHA256.HashData(root.PublicKey.ExportSubjectPublicKeyInfo()).AsSpan().SequenceEqual(pinnedKeyDigest))
            return new EvidenceRefusal(EvidenceCheck.Chain, $"the root certificate '{root.Subject}' does not hold the vendor's pinned key");
        // The platform's chain does not look at a root's own signature; without it the root's dates and names would be anybody's.
        var signed = new SignedAsn1(root.RawDataMemory);
        if (!signed.IsAlgorithmRepeated() || !signed.IsSignedBy(root))
            return new EvidenceRefusal(EvidenceCheck.Chain, $"the root certificate '{root.Subject}' does not hold its own signature");
        return VerifyUnder(root, now);
    }

    /// <summary>As <see cref="Verify"/>, under a root that the caller trusts.</summary>
    public EvidenceRefusal? VerifyUnder(X509Certificate2 root, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        foreach (X509Certificate2 certificate in _certificates.Skip(1)) chain.ChainPolicy.ExtraStore.Add(certificate);
        bool holds;
        try
        {
            holds = chain.Build(Leaf);
        }
        catch (CryptographicException unreadable)
        {
            // OpenSSL gives up on some certificates that can be loaded and whose extensions contradict one another.
            return new EvidenceRefusal(EvidenceCheck.Chain, $"the certificate '{Leaf.Subject}' cannot be verified: {unreadable.Message}");
        }
        string[] problems = [.. chain.ChainStatus.Select(status => status.Status.ToString())];
        foreach (X509ChainElement element in chain.ChainElements) element.Certificate.Dispose();
        return holds
            ? null
            : new EvidenceRefusal(EvidenceCheck.Chain, $"the certificate '{Leaf.Subject}' does not lead to the pinned root at {now:u}: {string.Join(", ", problems)}");
    }

    public void Dispose()
    {
        foreach (X509Certificate2 certificate in _certificates) certificate.Dispose();
    }

    /// <summary>The issuer's name is the subject's. Only a hint where the root is: the key is what is pinned.</summary>
    public static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static bool IsIssuer(X509Certificate2 issuer, X509Certificate2 subject) =>
        issuer.SubjectName.RawData.AsSpan().SequenceEqual(subject.IssuerName.RawData);

    private static bool TryLoadOne(ReadOnlySpan<byte> der, [NotNullWhen(true)] out X509Certificate2? certificate)
    {
        certificate = null;
        if (der.Length > Limits.MaxCertificateSize || !AsnDecoder.TryReadEncodedValue(der, AsnEncodingRules.DER, out Asn1Tag tag, out _, out _, out int consumed)
            || consumed != der.Length || tag != Asn1Tag.Sequence)
        {
            return false;
        }
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException)
        {
            return false;
        }
        if (certificate.RawData.AsSpan().SequenceEqual(der)) return true;
        certificate.Dispose();
        certificate = null;
        return false;
    }
}
