using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>The three chains of collateral. Intel signs TCB info and QE identity with one certificate, which is then loaded once.</summary>
internal sealed class CollateralChains : IDisposable
{
    /// <summary>Intel certifies other keys too: those of platforms.</summary>
    private const string Signer = "Intel SGX TCB Signing";

    private CertificateChain? _pckIssuer;
    private CertificateChain? _tcbInfo;
    private CertificateChain? _qeIdentity;

    public CertificateChain PckIssuer => _pckIssuer!;
    public CertificateChain TcbInfo => _tcbInfo!;
    public CertificateChain QeIdentity => _qeIdentity!;

    public IEnumerable<X509Certificate2> All => PckIssuer.Certificates.Concat(TcbInfo.Certificates).Concat(QeIdentity.Certificates);

    public IEnumerable<CertificateOutline> Outlines => PckIssuer.Outlines.Concat(TcbInfo.Outlines).Concat(QeIdentity.Outlines);

    public EvidenceRefusal? Open(DcapCollateral collateral)
    {
        if (!CertificateChain.TryLoadPem(collateral.PckCrlIssuerChain, out _pckIssuer)) return Malformed("revocation list");
        if (!CertificateChain.TryLoadPem(collateral.TcbInfoIssuerChain, out _tcbInfo)) return Malformed("TCB info");
        bool isSame = collateral.QeIdentityIssuerChain.AsSpan().SequenceEqual(collateral.TcbInfoIssuerChain);
        if (isSame) _qeIdentity = _tcbInfo;
        else if (!CertificateChain.TryLoadPem(collateral.QeIdentityIssuerChain, out _qeIdentity)) return Malformed("QE identity");
        return null;
    }

    public EvidenceRefusal? Verify(VendorRoots roots, DateTimeOffset now) =>
        !TcbInfo.IsLeafNamed(Signer) || !QeIdentity.IsLeafNamed(Signer)
        ? new EvidenceRefusal(EvidenceCheck.Chain, $"the signer of the TCB info or of the QE identity is not '{Signer}'")
        : PckIssuer.Verify(roots.Intel.AsSpan(), now)
        ?? TcbInfo.Verify(roots.Intel.AsSpan(), now)
        ?? (ReferenceEquals(QeIdentity, TcbInfo) ? null : QeIdentity.Verify(roots.Intel.AsSpan(), now));

    public void Dispose()
    {
        _pckIssuer?.Dispose();
        _tcbInfo?.Dispose();
        if (!ReferenceEquals(_qeIdentity, _tcbInfo)) _qeIdentity?.Dispose();
    }

    private static EvidenceRefusal Malformed(string what) =>
        new(EvidenceCheck.Chain, $"the certificates of the {what}'s signer cannot be read");
}
