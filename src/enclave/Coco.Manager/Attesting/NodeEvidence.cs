using Coco.Attestation;
using Coco.Crypto;
using Coco.Governance;
using Coco.Keys;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Manager.Attesting;

/// <summary>What this VN proves of itself for the ledger and to clients: evidence of its platform, and the operator's word for its key.</summary>
/// <param name="operatorKey">The host's; null where this operator has none.</param>
internal sealed class NodeEvidence(string node, ITeePlatform platform, EvidenceVerifiers verifiers, EcdsaSigner? operatorKey) : IDisposable
{
    public static NodeEvidence Open(string node, ITeePlatform platform, EvidenceVerifiers verifiers, string? operatorKeyFile) =>
        new(node, platform, verifiers, operatorKeyFile is null ? null : EcdsaSigner.ImportPem(File.ReadAllText(operatorKeyFile)));

    /// <summary>Genesis with this VN as the only one.</summary>
    public GovernanceEntry.Genesis Found(Constitution constitution, ReadOnlyMemory<byte> nodeKey, ulong unixMs)
    {
        Hash256 digest = constitution.ComputeDigest();
        return new GovernanceEntry.Genesis(
            unixMs, new Membership([new NodeId(1)], [], []), constitution.ToCanonicalBytes(), node, nodeKey,
            ForLedger(Hash256.Zero, nodeKey.Span, digest))
        {
            OperatorSignature = constitution.FindNode(node)?.OperatorKey is null ? default : SignFor(digest, nodeKey.Span),
        };
    }

    public JoinRequest Complete(JoinRequest request, NetworkId network, ReadOnlySpan<byte> nodeKey) => request with
    {
        Evidence = ForLedger(network.Value, nodeKey, Hash256.Zero),
        OperatorSignature = SignFor(network.Value, nodeKey),
    };

    /// <summary>Null: the evidence of a VN that asks to be admitted holds.</summary>
    public EvidenceRefusal? Judge(JoinRequest request, GovernanceState state, string from, ReadOnlySpan<byte> nodeKey, ulong nowUnixMs) =>
        Judge(request.Evidence.Span, state, from, nodeKey, Hash256.Zero, nowUnixMs);

    /// <summary>Null: evidence of a VN's key for this nonce holds under the constitution.</summary>
    public EvidenceRefusal? Judge(
        ReadOnlySpan<byte> evidence, GovernanceState state, string of, ReadOnlySpan<byte> nodeKey, in Hash256 nonce, ulong nowUnixMs) => LedgerEvidence.Verify(
        verifiers, evidence, LedgerEvidence.ClaimsOf(state.Network.Value, of, nodeKey, nonce),
        ManifestPolicy.Of(state.Constitution, CodeRole.Manager, nowUnixMs), nowUnixMs).Refusal;

    /// <summary>Why evidence in an entry does not hold, as <see cref="ReplicaStart.JudgeEvidence"/> wants it.</summary>
    public string? Judge(GovernanceEntry entry, GovernanceState? before) =>
        LedgerEvidence.Judge(verifiers, entry, before) is { } refusal ? $"{refusal.Check}: {refusal.Reason}" : null;

    /// <summary>The VNs whose evidence in the entry does not hold.</summary>
    public IEnumerable<(string Node, EvidenceRefusal Refusal)> Refused(GovernanceEntry entry, GovernanceState? before) =>
        LedgerEvidence.Refused(verifiers, entry, before);

    /// <summary>The answer to a client's question (TEE-4).</summary>
    public byte[] ForClient(NetworkId network, EnclaveRole role, in Hash256 tlsKeyDigest, ReadOnlySpan<byte> nodeKey, in Hash256 nonce)
    {
        var claims = new AttestationClaims(
            network, node, role, tlsKeyDigest, Sha256.Hash(nodeKey), nonce, AttestationPurpose.Client);
        return EvidenceDocument.Write(claims, platform.Produce(claims.ComputeReportData()), nodeKey);
    }

    public byte[] ForLedger(in Hash256 network, ReadOnlySpan<byte> nodeKey, in Hash256 nonce) =>
        platform.Produce(LedgerEvidence.ClaimsOf(network, node, nodeKey, nonce).ComputeReportData()).Encode();

    public void Dispose() => operatorKey?.Dispose();

    private byte[] SignFor(in Hash256 network, ReadOnlySpan<byte> nodeKey)
    {
        if (operatorKey is null) return [];
        byte[] signature = new byte[P256.SignatureSize];
        operatorKey.Sign(OwnerStatement.DigestFor(network, node, nodeKey).Span, signature);
        return signature;
    }
}
