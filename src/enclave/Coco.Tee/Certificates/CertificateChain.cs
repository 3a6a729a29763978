using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>
/// Certificates that came with evidence, and whether they lead to a pinned root. Owns them. Of a chain that was verified before, the platform
/// reads only what is asked for.
/// </summary>
public sealed class CertificateChain : IDisposable
{
    private static readonly VerifiedChains Known = new();

    private readonly List<ReadOnlyMemory<byte>> _ders;
    private readonly List<CertificateOutline> _outlines;
    private readonly X509Certificate2?[] _certificates;
    private readonly Hash256 _id;

    private CertificateChain(List<ReadOnlyMemory<byte>> ders, List<CertificateOutline> outlines, in Hash256 id) =>
        (_ders, _outlines, _certificates, _id) = (ders, outlines, new X509Certificate2?[ders.Count], id);

    /// <summary>The certificate that is asked about; the others stand in any order.</summary>
    public X509Certificate2 Leaf => At(0);

    /// <summary>The self-signed one; null if none came.</summary>
    public X509Certificate2? Root => _outlines.FindIndex(one => one.IsSelfIssued) is >= 0 and int place ? At(place) : null;

    /// <summary>In the order of <see cref="Certificates"/>.</summary>
    public IReadOnlyList<CertificateOutline> Outlines => _outlines;

    /// <summary>The issuer of the leaf among them; null if it did not come.</summary>
    public CertificateOutline? LeafsIssuer => _outlines.Find(known => known.IsIssuerOf(_outlines[0]));

    public IReadOnlyList<X509Certificate2> Certificates => [.. Enumerable.Range(0, _certificates.Length).Select(At)];

    /// <summary>False unless every one is exactly one DER certificate. The first is the leaf.</summary>
    public static bool TryLoad(IEnumerable<ReadOnlyMemory<byte>> ders, [NotNullWhen(true)] out CertificateChain? chain)
    {
        chain = null;
        var outlines = new List<CertificateOutline>();
        var read = new List<ReadOnlyMemory<byte>>();
        foreach (ReadOnlyMemory<byte> der in ders)
        {
            if (read.Count == Limits.MaxChainCertificates || der.Length > Limits.MaxCertificateSize || !CertificateOutline.TryRead(der, out CertificateOutline? outline)) return false;
            read.Add(der);
            outlines.Add(outline);
        }
        if (read.Count == 0) return false;
        var made = new CertificateChain(read, outlines, VerifiedChains.IdOf(read));
        if (!Known.Has(made._id) && !made.TryLoadAll())
        {
            made.Dispose();
            return false;
        }
        chain = made;
        return true;
    }

    /// <summary>As <see cref="TryLoad"/>, of certificates in any order.</summary>
    public static bool TryLoadPem(ReadOnlySpan<byte> pem, [NotNullWhen(true)] out CertificateChain? chain)
    {
        chain = null;
        var ders = new List<byte[]>();
        if (!StrictPem.TryReadCertificates(pem, ders)) return false;
        int leaf = LeafOf(ders);
        return TryLoad(((byte[][])[ders[leaf], .. ders.Where((_, place) => place != leaf)]).Select(der => (ReadOnlyMemory<byte>)der), out chain);
    }

    /// <summary>The place of the certificate that issued none of the others; the first where there is none, or one of them cannot be read.</summary>
    public static int LeafOf(IReadOnlyList<byte[]> ders)
    {
        var outlines = new List<CertificateOutline>();
        foreach (byte[] der in ders)
        {
            if (!CertificateOutline.TryRead(der, out CertificateOutline? outline)) return 0;
            outlines.Add(outline);
        }
        return Math.Max(0, outlines.FindIndex(one => !one.IsSelfIssued && !outlines.Exists(other => other != one && one.IsIssuerOf(other))));
    }

    /// <summary>Whether the leaf's common name holds these words.</summary>
    public bool IsLeafNamed(string words) => Leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false).Contains(words, StringComparison.Ordinal);

    /// <summary>
    /// Null if the leaf leads over these certificates to the root whose key is pinned, all valid at <paramref name="now"/>.
    /// Revocation is <see cref="RevocationList"/>'s: the platform's chain cannot be given a list.
    /// </summary>
    public EvidenceRefusal? Verify(ReadOnlySpan<byte> pinnedKeyDigest, DateTimeOffset now)
    {
        if (Known.Holds(_id, pinnedKeyDigest, now)) return null;
        EvidenceRefusal? refusal = VerifyAnew(pinnedKeyDigest, now);
        if (refusal is null) Known.Keep(_id, pinnedKeyDigest, Certificates);
        return refusal;
    }

    private EvidenceRefusal? VerifyAnew(ReadOnlySpan<byte> pinnedKeyDigest, DateTimeOffset now)
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
        foreach (X509Certificate2 certificate in Certificates.Skip(1)) chain.ChainPolicy.ExtraStore.Add(certificate);
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
        foreach (X509Certificate2? certificate in _certificates) certificate?.Dispose();
    }

    private X509Certificate2 At(int place) => _certificates[place] ??= X509CertificateLoader.LoadCertificate(_ders[place].Span);

    private bool TryLoadAll()
    {
        for (int place = 0; place < _certificates.Length; place++)
            if (!TryLoadOne(_ders[place].Span, out _certificates[place])) return false;
        return true;
    }

    private static bool TryLoadOne(ReadOnlySpan<byte> der, [NotNullWhen(true)] out X509Certificate2? certificate)
    {
        certificate = null;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException)
        {
            return false;
        }
        if (certificate.RawDataMemory.Span.SequenceEqual(der)) return true;
        certificate.Dispose();
        certificate = null;
        return false;
    }
}
