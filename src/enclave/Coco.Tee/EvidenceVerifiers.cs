using System.Collections.Immutable;

namespace Coco.Tee;

/// <summary>The verifiers that a program has, by platform; the policy is asked before the verifier.</summary>
public sealed class EvidenceVerifiers(params ImmutableArray<IEvidenceVerifier> verifiers)
{
    /// <summary>All platforms of this version.</summary>
    public static EvidenceVerifiers All { get; } = new(
        new SoftwareEvidenceVerifier(), new SevSnpVerifier(), DcapVerifier.Sgx, DcapVerifier.Tdx, new VbsVerifier(), AzureVerifier.SevSnp, AzureVerifier.Tdx);

    /// <summary>
    /// What the vendors' roots are. Set by tests alone, since nobody can sign with the vendors' own: no program, configuration or
    /// constitution can name others (docs/decisions/0004-vendor-roots-are-code.md).
    /// </summary>
    internal VendorRoots Roots { get; init; } = VendorRoots.Pinned;

    public IEnumerable<string> Platforms => verifiers.Select(verifier => verifier.Platform);

    public bool Knows(string platform) => verifiers.Any(verifier => verifier.Platform == platform);

    public EvidenceVerdict Verify(Evidence evidence, TeePolicy policy, ulong nowUnixMs)
    {
        if (!policy.Platforms.Contains(evidence.Platform))
            return EvidenceVerdict.Refuse(EvidenceCheck.Platform, $"the platform '{evidence.Platform}' is not accepted by the TEE manifest");
        IEvidenceVerifier? verifier = verifiers.FirstOrDefault(known => known.Platform == evidence.Platform);
        return verifier is null
            ? EvidenceVerdict.Refuse(EvidenceCheck.Platform, $"this version cannot verify evidence of the platform '{evidence.Platform}'")
            : verifier.Verify(evidence.Bytes.Span, policy.Under(Roots), nowUnixMs);
    }
}
