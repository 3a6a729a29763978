using System.Collections.Immutable;
using Coco.Governance;
using Coco.Tee;

namespace Coco.Attestation;

/// <summary>From a constitution's manifests to what verifiers ask of evidence (TEE-2).</summary>
public static class ManifestPolicy
{
    /// <param name="nowUnixMs">Collateral that has expired by then is left out.</param>
    public static TeePolicy Of(Constitution constitution, CodeRole role, ulong nowUnixMs)
    {
        TeeManifest manifest = constitution.TeeManifest;
        return new TeePolicy(manifest.Platforms, constitution.CodeManifest.Accepted(role), manifest.IsDebugAllowed, TeePolicy.UsualMaxAgeMs)
        {
            Collateral = [.. manifest.Collateral.Where(known => known.ExpiresUnixMs > nowUnixMs).Select(ToCollateral)],
            SevSnp = manifest.SevSnp is { } snp ? ToPolicy(snp) : new SevSnpPolicy(),
            Sgx = manifest.Sgx is { } sgx ? ToPolicy(sgx) : new DcapPolicy(),
            Tdx = manifest.Tdx is { } tdx ? ToPolicy(tdx) : new DcapPolicy(),
            Vbs = manifest.Vbs is { } vbs ? ToPolicy(vbs) : new VbsPolicy(),
            Azure = new AzurePolicy { Paravisors = manifest.Azure?.Paravisors ?? [] },
        };
    }

    private static NetworkCollateral ToCollateral(Collateral collateral) => new(
        collateral.Kind switch
        {
            CollateralKind.Certificate => EvidencePart.Certificate,
            CollateralKind.RevocationList => EvidencePart.RevocationList,
            _ => EvidencePart.Collateral,
        },
        Convert.FromBase64String(collateral.Document));

    private static SevSnpPolicy ToPolicy(SevSnpRules rules) => new()
    {
        MinimumTcb = [.. rules.MinimumTcb.Select(rule => new SnpMinimumTcb(
            rule.Product is { } product ? Enum.Parse<SnpProduct>(product) : null, [.. Convert.FromHexString(rule.Tcb)]))],
        Products = [.. rules.Products.Select(Enum.Parse<SnpProduct>)],
        ChipIds = rules.ChipIds,
        IsVlekAllowed = rules.IsVlekAllowed,
        CspIds = rules.CspIds,
        MaxVmpl = rules.MaxVmpl,
        MinReportVersion = rules.MinReportVersion,
        MinGuestSvn = rules.MinGuestSvn,
        IsSmtAllowed = rules.IsSmtAllowed,
        IsAliasCheckRequired = rules.IsAliasCheckRequired,
        IsRevocationListRequired = rules.IsRevocationListRequired,
        HostData = rules.HostData.Length == 0 ? null : [.. Convert.FromHexString(rules.HostData)],
        SignerKeyDigests = rules.SignerKeyDigests,
    };

    private static DcapPolicy ToPolicy(IntelRules rules) => new()
    {
        Statuses = [.. rules.TcbStatuses.Select(Enum.Parse<TcbStatus>)],
        Advisories = rules.Advisories,
        MinTcbEvaluationDataNumber = rules.MinTcbEvaluationDataNumber,
        Fmspcs = rules.Fmspcs,
        PlatformIds = rules.PlatformIds,
        Signers = rules.Signers,
        MinSvn = (ushort)rules.MinSvn,
        IsMigratableAllowed = rules.IsMigratableAllowed,
        ServiceTds = rules.ServiceTds,
    };

    private static VbsPolicy ToPolicy(VbsRules rules) => new()
    {
        AttestationRoots = [.. rules.AttestationRoots.Select(root => (ReadOnlyMemory<byte>)Convert.FromBase64String(root))],
        AttestationKeys = rules.AttestationKeys,
        Authors = rules.Authors,
        MinSvn = rules.MinSvn,
        MinSecureKernelSvn = rules.MinSecureKernelSvn,
    };
}
