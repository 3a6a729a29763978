using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>Collateral whose signatures, certificates and dates hold within a window of time.</summary>
public sealed class VerifiedCollateral
{
    private VerifiedCollateral()
    {
    }

    public required TcbInfo TcbInfo { get; init; }
    public required QeIdentity QeIdentity { get; init; }
    public required RevocationList PckList { get; init; }
    public required RevocationList RootList { get; init; }

    /// <summary>SubjectPublicKeyInfo of the CA that signed <see cref="PckList"/>, and its name.</summary>
    public required ImmutableArray<byte> PckIssuerKey { get; init; }

    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset Until { get; init; }

    public bool HoldsAt(DateTimeOffset now) => now >= From && now <= Until;

    public static EvidenceRefusal? TryVerify(DcapCollateral collateral, VendorRoots roots, DateTimeOffset now, out VerifiedCollateral? verified)
    {
        verified = null;
        using var chains = new CollateralChains();
        EvidenceRefusal? refusal = chains.Open(collateral) ?? chains.Verify(roots, now);
        if (refusal is not null) return refusal;
        refusal = VerifyLists(collateral, chains, now, out RevocationList? root, out RevocationList? pck);
        if (refusal is not null) return refusal;
        if (!IsSigned(collateral.TcbInfo, collateral.TcbInfoSignature, chains.TcbInfo.Leaf) || !TcbInfo.TryRead(collateral.TcbInfo, out TcbInfo? info))
            return new EvidenceRefusal(EvidenceCheck.TcbInfoSignature, "the TCB info is not signed by Intel, or not of version 3");
        if (!IsSigned(collateral.QeIdentity, collateral.QeIdentitySignature, chains.QeIdentity.Leaf) || !QeIdentity.TryRead(collateral.QeIdentity, out QeIdentity? qe))
            return new EvidenceRefusal(EvidenceCheck.QeIdentitySignature, "the QE identity is not signed by Intel, or not of version 2");
        refusal = CheckDates("TCB info", info.IssueDate, info.NextUpdate, now) ?? CheckDates("QE identity", qe.IssueDate, qe.NextUpdate, now);
        if (refusal is not null) return refusal;
        verified = new VerifiedCollateral
        {
            TcbInfo = info,
            QeIdentity = qe,
            PckList = pck!,
            RootList = root!,
            PckIssuerKey = [.. chains.PckIssuer.Outlines[0].PublicKey.Span],
            From = Latest([info.IssueDate, qe.IssueDate, root!.ThisUpdate, pck!.ThisUpdate, .. chains.All.Select(certificate => new DateTimeOffset(certificate.NotBefore))]),
            Until = Earliest([info.NextUpdate, qe.NextUpdate, root.NextUpdate, pck.NextUpdate, .. chains.All.Select(certificate => new DateTimeOffset(certificate.NotAfter))]),
        };
        return null;
    }

    private static EvidenceRefusal? VerifyLists(
        DcapCollateral collateral, CollateralChains chains, DateTimeOffset now, out RevocationList? root, out RevocationList? pck)
    {
        pck = null;
        if (!RevocationList.TryRead(collateral.RootCaCrl, out root) || !RevocationList.TryRead(collateral.PckCrl, out pck))
            return new EvidenceRefusal(EvidenceCheck.CrlSignature, "a revocation list cannot be read");
        return root.Verify(chains.PckIssuer.Root!, now, [.. chains.Outlines])
            ?? pck.Verify(chains.PckIssuer.Leaf, now);
    }

    private static bool IsSigned(byte[] text, byte[] signature, X509Certificate2 signer)
    {
        using ECDsa? key = signer.GetECDsaPublicKey();
        return key is { KeySize: 256 } && signature.Length == 64 && key.VerifyData(text, signature, HashAlgorithmName.SHA256);
    }

    private static EvidenceRefusal? CheckDates(string what, DateTimeOffset from, DateTimeOffset until, DateTimeOffset now) => now < from || now > until
        ? new EvidenceRefusal(EvidenceCheck.CollateralExpired, $"the {what} holds from {from:u} to {until:u}, now is {now:u}")
        : null;

    private static DateTimeOffset Latest(IEnumerable<DateTimeOffset> times) => times.Max();

    private static DateTimeOffset Earliest(IEnumerable<DateTimeOffset> times) => times.Min();
}
