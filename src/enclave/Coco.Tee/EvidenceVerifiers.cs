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
            : Verify(verifier, evidence.Bytes, policy.Under(Roots), nowUnixMs);
    }

    /// <summary>
    /// With the network's collateral: a revocation list counts where its issuer is one of the chain's and signed it, anything else only
    /// where it makes up for what was missing or had expired. So a document that is wrong harms nobody.
    /// </summary>
    private static EvidenceVerdict Verify(IEvidenceVerifier verifier, ReadOnlyMemory<byte> bytes, TeePolicy policy, ulong nowUnixMs)
    {
        EvidenceVerdict verdict = verifier.Verify(bytes.Span, policy, nowUnixMs);
        if (policy.Collateral.IsEmpty || !EvidenceBundle.TryDecode(bytes.Span, out EvidenceBundle? bundle)) return verdict;
        foreach (NetworkCollateral known in policy.Collateral)
        {
            bool isList = known.Kind == EvidencePart.RevocationList;
            if (!verdict.Holds && verdict.Refusal.Check is not (EvidenceCheck.Collateral or EvidenceCheck.CollateralExpired or EvidenceCheck.Chain)) break;
            if (verdict.Holds && !isList) continue;
            EvidenceBundle with = bundle.With(known.Kind, known.Content);
            EvidenceVerdict next = verifier.Verify(with.Encode(), policy, nowUnixMs);
            if (!next.Holds && isList && next.Refusal.Check == EvidenceCheck.Revoked) return next;
            if (next.Holds) (bundle, verdict) = (with, next);
        }
        return verdict;
    }
}
