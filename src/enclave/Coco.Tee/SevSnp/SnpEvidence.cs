using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>The parts of a bundle that are AMD's, read but not judged. Owns its certificates.</summary>
internal sealed class SnpEvidence : IDisposable
{
    private SnpEvidence(SnpReport report, CertificateChain chain, SnpCertificate certificate, SnpProduct product) =>
        (Report, Chain, Certificate, Product) = (report, chain, certificate, product);

    public SnpReport Report { get; }
    public CertificateChain Chain { get; }
    public SnpCertificate Certificate { get; }

    /// <summary>By the name of the leaf's issuer; checked against the pinned key later.</summary>
    public SnpProduct Product { get; }

    public List<RevocationList> Lists { get; } = [];
    public ReadOnlyMemory<byte> Endorsement { get; private init; }

    public static EvidenceRefusal? TryOpen(EvidenceBundle bundle, SevSnpPolicy policy, out SnpEvidence? evidence) =>
        TryOpen(bundle.Get(EvidencePart.Report).Span, bundle, policy, out evidence);

    public static EvidenceRefusal? TryOpen(ReadOnlySpan<byte> bytes, EvidenceBundle bundle, SevSnpPolicy policy, out SnpEvidence? evidence)
    {
        evidence = null;
        if (!SnpReport.TryRead(bytes, out SnpReport? report))
            return new EvidenceRefusal(EvidenceCheck.Format, $"an SNP report has {SnpReport.Size} bytes, not {bytes.Length}");
        if (!report.IsVersionKnown || report.Version < policy.MinReportVersion)
            return new EvidenceRefusal(EvidenceCheck.ReportVersion, $"the report's version is {report.Version}; {policy.MinReportVersion} to 5 are accepted");
        return OpenChain(report, bundle, out evidence) ?? OpenLists(bundle, evidence!);
    }

    public void Dispose() => Chain.Dispose();

    private static EvidenceRefusal? OpenChain(SnpReport report, EvidenceBundle bundle, out SnpEvidence? evidence)
    {
        evidence = null;
        List<ReadOnlyMemory<byte>> ders = [.. bundle.All(EvidencePart.Certificate)];
        if (ders.Count == 0) return new EvidenceRefusal(EvidenceCheck.Collateral, "the certificate of the key that signed the report is missing");
        if (!CertificateOutline.TryRead(ders[0], out CertificateOutline? leaf)) return NotCertificates();
        // By the name of the leaf's issuer; the key that is pinned for the product decides whether it is true.
        string issuer = NameOf(leaf.Issuer);
        if (ProductOf(issuer) is not { } product) return NotAmds();
        if (ders.Count == 1) ders.AddRange(VendorRoots.AmdCertificates(product, isVlek: issuer.Contains("VLEK", StringComparison.Ordinal)).Select(der => (ReadOnlyMemory<byte>)der));
        if (!CertificateChain.TryLoad(ders, out CertificateChain? chain)) return NotCertificates();
        if (!SnpCertificate.TryRead(chain.Leaf, out SnpCertificate? certificate))
        {
            chain.Dispose();
            return NotAmds();
        }
        evidence = new SnpEvidence(report, chain, certificate, product) { Endorsement = bundle.Get(EvidencePart.Endorsement) };
        return null;
    }

    private static EvidenceRefusal? OpenLists(EvidenceBundle bundle, SnpEvidence evidence)
    {
        foreach (ReadOnlyMemory<byte> der in bundle.All(EvidencePart.RevocationList))
        {
            if (!RevocationList.TryRead(der, out RevocationList? list)) return new EvidenceRefusal(EvidenceCheck.CrlSignature, "a revocation list cannot be read");
            evidence.Lists.Add(list);
        }
        return null;
    }

    private static EvidenceRefusal NotCertificates() => new(EvidenceCheck.Chain, "the certificates are not DER certificates");

    private static EvidenceRefusal NotAmds() => new(EvidenceCheck.Chain, "the first certificate is not AMD's for a key that signs reports");

    private static string NameOf(ReadOnlyMemory<byte> der)
    {
        try
        {
            return new X500DistinguishedName(der.Span).Name;
        }
        catch (CryptographicException)
        {
            return "";
        }
    }

    private static SnpProduct? ProductOf(string issuer)
    {
        foreach (SnpProduct product in SnpProducts.All)
            if (issuer.Contains($"-{product}", StringComparison.Ordinal)) return product;
        return null;
    }
}
