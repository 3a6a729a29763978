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
    public static EvidenceRefusal? Judge(EvidenceVerifiers verifiers, GovernanceEntry entry, GovernanceState? before) =>
        Refused(verifiers, entry, before).FirstOrDefault().Refusal;

    /// <summary>The same, of every VN whose evidence in the entry is refused.</summary>
    public static IEnumerable<(string Node, EvidenceRefusal Refusal)> Refused(EvidenceVerifiers verifiers, GovernanceEntry entry, GovernanceState? before)
    {
        foreach ((Constitution constitution, ReadOnlyMemory<byte> evidence, AttestationClaims claims) in EvidenceIn(entry, before))
        {
            TeePolicy policy = ManifestPolicy.Of(constitution, CodeRole.Manager, entry.UnixMs);
            if (Verify(verifiers, evidence.Span, claims, policy, entry.UnixMs).Refusal is { } refusal)
                yield return (claims.Node, refusal with { Reason = $"the evidence of '{claims.Node}': {refusal.Reason}" });
        }
    }

    private static IEnumerable<(Constitution, ReadOnlyMemory<byte> Evidence, AttestationClaims)> EvidenceIn(GovernanceEntry entry, GovernanceState? before)
    {
        switch (entry)
        {
            case GovernanceEntry.Genesis genesis when Constitution.Parse(genesis.Constitution, out _) is { } constitution:
                yield return (constitution, genesis.Evidence, ClaimsOf(Hash256.Zero, genesis.Node, genesis.PublicKey.Span, constitution.ComputeDigest()));
                break;
            case GovernanceEntry.NodeAdmitted admitted when before is not null:
                yield return (before.Constitution, admitted.Evidence, ClaimsOf(before.Network.Value, admitted.Node, admitted.PublicKey.Span, Hash256.Zero));
                break;
            case GovernanceEntry.LeasesRenewed renewed when before is not null:
                foreach (Renewal renewal in renewed.Renewals)
                    if (before.Find(renewal.Id) is { } node)
                        yield return (before.Constitution, renewal.Evidence, ClaimsOf(before.Network.Value, node.Name, node.PublicKey.Span, renewal.Nonce));
                break;
        }
    }
}
