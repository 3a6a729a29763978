using Coco.Crypto;
using Coco.Governance;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Attestation;

/// <summary>
/// Evidence as it stands in the ledger (TEE-3): about one VN key in one network, for anybody to judge at any time. Its report data
/// has no TLS key; the nonce is zero for an admission (the key is fresh), the leader's for a renewal, and the constitution's digest
/// for a genesis, whose network has no identity yet.
/// </summary>
public static class LedgerEvidence
{
    public static AttestationClaims ClaimsOf(in Hash256 network, string node, ReadOnlySpan<byte> publicKey, in Hash256 nonce) => new(
        new NetworkId(network), node, EnclaveRole.Manager, Hash256.Zero, Sha256.Hash(publicKey), nonce, AttestationPurpose.Ledger);

    /// <summary>The evidence under the policy, and that it is about these claims.</summary>
    public static EvidenceVerdict Verify(
        EvidenceVerifiers verifiers, ReadOnlySpan<byte> encoded, AttestationClaims claims, TeePolicy policy, ulong nowUnixMs)
    {
        if (!Evidence.TryDecode(encoded, out Evidence? evidence))
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, "the bytes are not evidence of this version");
        EvidenceVerdict verdict = verifiers.Verify(evidence, policy, nowUnixMs);
        if (!verdict.Holds || verdict.Claims.ReportData.Span.SequenceEqual(claims.ComputeReportData())) return verdict;
        return EvidenceVerdict.Refuse(EvidenceCheck.ReportData, $"the evidence is not about the key of '{claims.Node}' and this nonce");
    }

    /// <summary>
    /// Judges all evidence of an entry at the entry's own time. Null, or which VN's is refused and why; also null for entries without
    /// evidence.
    /// </summary>
    /// <param name="before">Governance before the entry; null for the genesis.</param>
    public static EvidenceRefusal? Judge(GovernanceEntry entry, GovernanceState? before)
    {
        switch (entry)
        {
            case GovernanceEntry.Genesis genesis when Constitution.Parse(genesis.Constitution, out _) is { } constitution:
                return JudgeOne(
                    constitution, genesis.Evidence.Span, ClaimsOf(Hash256.Zero, genesis.Node, genesis.PublicKey.Span, constitution.ComputeDigest()), entry.UnixMs);
            case GovernanceEntry.NodeAdmitted admitted when before is not null:
                return JudgeOne(
                    before.Constitution, admitted.Evidence.Span, ClaimsOf(before.Network.Value, admitted.Node, admitted.PublicKey.Span, Hash256.Zero), entry.UnixMs);
            case GovernanceEntry.LeasesRenewed renewed when before is not null:
                foreach (Renewal renewal in renewed.Renewals)
                    if (before.Find(renewal.Id) is { } node && JudgeOne(
                            before.Constitution, renewal.Evidence.Span, ClaimsOf(before.Network.Value, node.Name, node.PublicKey.Span, renewal.Nonce), entry.UnixMs) is { } refusal)
                        return refusal;
                return null;
            default:
                return null;
        }
    }

    private static EvidenceRefusal? JudgeOne(Constitution constitution, ReadOnlySpan<byte> evidence, AttestationClaims claims, ulong unixMs)
    {
        EvidenceRefusal? refusal = Verify(EvidenceVerifiers.All, evidence, claims, ManifestPolicy.Of(constitution, CodeRole.Manager, unixMs), unixMs).Refusal;
        return refusal is null ? null : refusal with { Reason = $"the evidence of '{claims.Node}': {refusal.Reason}" };
    }
}
