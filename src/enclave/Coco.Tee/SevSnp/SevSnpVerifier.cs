using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>Verifies reports of AMD SEV-SNP (docs/formats/evidence-sev-snp.md has the checks in their order).</summary>
public sealed class SevSnpVerifier : IEvidenceVerifier
{
    public const string PlatformName = "sev-snp";

    public string Platform => PlatformName;

    public EvidenceVerdict Verify(ReadOnlySpan<byte> evidence, TeePolicy policy, ulong nowUnixMs)
    {
        if (!EvidenceBundle.TryDecode(evidence, out EvidenceBundle? bundle))
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, "the bytes are not a bundle of evidence of version 1");
        if (!UnixTime.TryRead(nowUnixMs, out DateTimeOffset now)) return EvidenceVerdict.Refuse(EvidenceCheck.IssuedAt, "the time is out of range");
        return Verify(bundle, policy, now);
    }

    public static EvidenceVerdict Verify(EvidenceBundle bundle, TeePolicy policy, DateTimeOffset now)
    {
        SnpEvidence? evidence = null;
        try
        {
            EvidenceRefusal? refusal = SnpEvidence.TryOpen(bundle, policy.SevSnp, out evidence)
                ?? CheckGenuine(evidence!, policy.SevSnp, now)
                ?? CheckGuest(evidence!, policy)
                ?? policy.CheckReportData(evidence!.Report.ReportData);
            return refusal is null ? EvidenceVerdict.Accept(ClaimsOf(evidence!, bundle)) : EvidenceVerdict.Refuse(refusal);
        }
        catch (Exception malformed) when (malformed is CryptographicException or AsnContentException)
        {
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, $"the evidence cannot be read: {malformed.Message}");
        }
        finally
        {
            evidence?.Dispose();
        }
    }

    /// <summary>That this processor made the report, with firmware of this TCB.</summary>
    internal static EvidenceRefusal? CheckGenuine(SnpEvidence evidence, SevSnpPolicy policy, DateTimeOffset now) =>
        evidence.Chain.Verify(policy.Roots.Amd(evidence.Product).AsSpan(), now)
        ?? CheckRevocation(evidence, policy, now)
        ?? CheckSignature(evidence)
        ?? CheckSigningKey(evidence, policy)
        ?? CheckProduct(evidence, policy)
        ?? CheckChip(evidence, policy)
        ?? CheckTcb(evidence, policy);

    private static EvidenceRefusal? CheckRevocation(SnpEvidence evidence, SevSnpPolicy policy, DateTimeOffset now)
    {
        if (evidence.Lists.Count == 0)
            return policy.IsRevocationListRequired ? new EvidenceRefusal(EvidenceCheck.Collateral, "AMD's revocation list is missing") : null;
        X509Certificate2 root = evidence.Chain.Root!;
        foreach (RevocationList list in evidence.Lists)
            if (list.Verify(root, now, [.. evidence.Chain.Outlines]) is { } refusal) return refusal;
        return null;
    }

    private static EvidenceRefusal? CheckSignature(SnpEvidence evidence)
    {
        Span<byte> signature = stackalloc byte[96];
        using ECDsa? key = evidence.Chain.Leaf.GetECDsaPublicKey();
        if (key is null || key.KeySize != 384) return new EvidenceRefusal(EvidenceCheck.Chain, "the certificate's key is not on P-384");
        if (!evidence.Report.TryReadSignature(signature) || !key.VerifyData(evidence.Report.Signed, signature, HashAlgorithmName.SHA384))
            return new EvidenceRefusal(EvidenceCheck.Signature, $"the report is not signed by the key of '{evidence.Chain.Leaf.Subject}'");
        if (evidence.Report.SignatureAlgorithm != 1)
            return new EvidenceRefusal(EvidenceCheck.Signature, $"the signature algorithm is {evidence.Report.SignatureAlgorithm}, not 1 (ECDSA P-384, SHA-384)");
        return evidence.Report.IsReservedZero ? null : new EvidenceRefusal(EvidenceCheck.Format, "reserved bytes of the report are not zero");
    }

    private static EvidenceRefusal? CheckSigningKey(SnpEvidence evidence, SevSnpPolicy policy)
    {
        uint expected = evidence.Certificate.IsVlek ? 1u : 0;
        if (evidence.Report.SigningKey != expected)
            return new EvidenceRefusal(EvidenceCheck.SigningKey, $"the report names the signing key {evidence.Report.SigningKey}, the certificate is of {expected}");
        return evidence.Certificate.IsVlek && !policy.IsVlekAllowed
            ? new EvidenceRefusal(EvidenceCheck.SigningKey, "a cloud's key (VLEK) signed the report, which the TEE manifest does not allow")
            : null;
    }

    private static EvidenceRefusal? CheckProduct(SnpEvidence evidence, SevSnpPolicy policy)
    {
        if (!evidence.Certificate.ProductName.StartsWith(evidence.Product.ToString(), StringComparison.Ordinal))
            return new EvidenceRefusal(EvidenceCheck.Product, $"the certificate is of a '{evidence.Certificate.ProductName}' under the root of {evidence.Product}");
        SnpReport report = evidence.Report;
        if (report.HasCpuid && SnpProducts.FromCpuid(report.CpuFamily, report.CpuModel) != evidence.Product)
            return new EvidenceRefusal(EvidenceCheck.Product, $"the processor of family {report.CpuFamily:x2}, model {report.CpuModel:x2} is not a {evidence.Product}");
        return policy.Products.IsEmpty || policy.Products.Contains(evidence.Product)
            ? null
            : new EvidenceRefusal(EvidenceCheck.Product, $"the TEE manifest does not accept {evidence.Product}");
    }

    private static EvidenceRefusal? CheckChip(SnpEvidence evidence, SevSnpPolicy policy)
    {
        SnpCertificate certificate = evidence.Certificate;
        if (certificate.IsVlek)
        {
            return policy.CspIds.IsEmpty || policy.CspIds.Contains(certificate.CspId)
                ? null
                : new EvidenceRefusal(EvidenceCheck.CspId, $"the key is of the cloud '{certificate.CspId}'");
        }
        // Turin's ids have 8 bytes, in a field of 64 (AMD 57230).
        ReadOnlySpan<byte> chip = evidence.Report.ChipId;
        ReadOnlySpan<byte> id = certificate.HardwareId;
        if (id.Length is not (8 or 64) || !chip[..id.Length].SequenceEqual(id) || chip[id.Length..].ContainsAnyExcept((byte)0))
            return new EvidenceRefusal(EvidenceCheck.ChipId, $"the report is of the chip {Convert.ToHexStringLower(chip)}, the certificate of {Convert.ToHexStringLower(id)}");
        return policy.ChipIds.IsEmpty || policy.ChipIds.Contains(Convert.ToHexStringLower(id))
            ? null
            : new EvidenceRefusal(EvidenceCheck.ChipId, $"the chip {Convert.ToHexStringLower(id)} is not in the TEE manifest");
    }

    private static EvidenceRefusal? CheckTcb(SnpEvidence evidence, SevSnpPolicy policy)
    {
        SnpTcb reported = SnpTcb.Read(evidence.Report.ReportedTcb, evidence.Product);
        // The key is derived for exactly one TCB; a certificate of another is another key.
        if (evidence.Certificate.Tcb != reported)
            return new EvidenceRefusal(EvidenceCheck.Tcb, $"the report's TCB is {reported}, the certificate's {evidence.Certificate.Tcb}");
        foreach (SnpMinimumTcb minimum in policy.MinimumTcb)
        {
            if (minimum.Product is { } product && product != evidence.Product) continue;
            SnpTcb least = SnpTcb.Read(minimum.Tcb.AsSpan(), evidence.Product);
            if (!reported.IsAtLeast(least)) return BelowMinimum("reported", reported, least);
            SnpTcb committed = SnpTcb.Read(evidence.Report.CommittedTcb, evidence.Product);
            if (!committed.IsAtLeast(least)) return BelowMinimum("committed", committed, least);
            SnpTcb launch = SnpTcb.Read(evidence.Report.LaunchTcb, evidence.Product);
            if (!launch.IsAtLeast(least)) return BelowMinimum("launch", launch, least);
        }
        return null;
    }

    private static EvidenceRefusal BelowMinimum(string which, SnpTcb tcb, SnpTcb least) =>
        new(EvidenceCheck.Tcb, $"the {which} TCB ({tcb}) is below the least that the TEE manifest accepts ({least})");

    private static EvidenceRefusal? CheckGuest(SnpEvidence evidence, TeePolicy policy) =>
        CheckGuestPolicy(evidence.Report, policy.SevSnp) ?? CheckMeasurement(evidence, policy) ?? CheckLaunch(evidence.Report, policy.SevSnp);

    internal static EvidenceRefusal? CheckGuestPolicy(SnpReport report, SevSnpPolicy policy)
    {
        if (report.IsDebug) return new EvidenceRefusal(EvidenceCheck.Debug, "the guest's policy lets its host debug it");
        if (report.IsMigratable || report.MigrationAgentReportId.ContainsAnyExcept((byte)0xFF))
            return new EvidenceRefusal(EvidenceCheck.MigrationAgent, "the guest is bound to a migration agent, which can copy it");
        if (!report.IsReservedPolicyBitSet) return new EvidenceRefusal(EvidenceCheck.GuestPolicy, "bit 17 of the guest's policy is not set");
        if (!policy.IsSmtAllowed && report.IsSmtAllowedByPolicy) return new EvidenceRefusal(EvidenceCheck.GuestPolicy, "the guest's policy allows simultaneous multithreading");
        if (report.Vmpl > 3 || report.Vmpl > policy.MaxVmpl)
            return new EvidenceRefusal(EvidenceCheck.Vmpl, $"the report was asked for at the level {report.Vmpl}, at most {policy.MaxVmpl} is accepted");
        return policy.IsAliasCheckRequired && !report.IsAliasCheckDone
            ? new EvidenceRefusal(EvidenceCheck.PlatformInfo, "the firmware did not look for memory aliases")
            : null;
    }

    private static EvidenceRefusal? CheckMeasurement(SnpEvidence evidence, TeePolicy policy)
    {
        if (evidence.Endorsement.IsEmpty || policy.SevSnp.Endorsers.IsEmpty) return policy.CheckMeasurement(evidence.Report.Measurement);
        return SnpEndorsement.Check(evidence.Endorsement, evidence.Report, policy.SevSnp.Endorsers)
            ?? (policy.Measurements.IsEmpty ? null : policy.CheckMeasurement(evidence.Report.Measurement));
    }

    private static EvidenceRefusal? CheckLaunch(SnpReport report, SevSnpPolicy policy)
    {
        if (policy.HostData is { } host && !report.HostData.SequenceEqual(host.AsSpan()))
            return new EvidenceRefusal(EvidenceCheck.HostData, $"the host data is {Convert.ToHexStringLower(report.HostData)}");
        if (!policy.SignerKeyDigests.IsEmpty && !policy.SignerKeyDigests.Contains(Convert.ToHexStringLower(report.IdKeyDigest))
            && !policy.SignerKeyDigests.Contains(Convert.ToHexStringLower(report.AuthorKeyDigest)))
        {
            return new EvidenceRefusal(EvidenceCheck.Signer, "the image is not signed by a key of the TEE manifest");
        }
        return report.GuestSvn < policy.MinGuestSvn
            ? new EvidenceRefusal(EvidenceCheck.Svn, $"the guest's security version is {report.GuestSvn}, at least {policy.MinGuestSvn} is asked for")
            : null;
    }

    private static EvidenceClaims ClaimsOf(SnpEvidence evidence, EvidenceBundle bundle) => new(
        PlatformName, IsProtected: true, IsDebug: false, evidence.Report.Measurement.ToArray(), evidence.Report.ReportData.ToArray(), 0)
    {
        Details = [.. SnpDetails.Of(evidence.Report), .. SnpDetails.Of(evidence.Certificate, evidence.Product)],
        Warnings = WarningsOf(evidence, bundle),
        HoldsUntil = evidence.Lists.Count == 0 ? null : evidence.Lists.Min(list => list.NextUpdate),
    };

    internal static ImmutableArray<string> WarningsOf(SnpEvidence evidence, EvidenceBundle bundle)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        if (!bundle.Has(EvidencePart.RevocationList)) warnings.Add("no revocation list came with the evidence: whether AMD revoked its certificates is not known");
        if (evidence.Product == SnpProduct.Milan) warnings.Add("Milan's root seed can be read by software on the host (arXiv 2605.12990): nothing is proved against the machine's owner");
        if (!evidence.Report.HasCpuid) warnings.Add("the report names no processor: only the certificate does");
        if (evidence.Certificate.IsVlek) warnings.Add("a cloud's key signed: the report names no chip");
        return warnings.ToImmutable();
    }
}
