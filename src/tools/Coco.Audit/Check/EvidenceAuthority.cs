using Coco.Attestation;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Audit;

/// <summary>
/// Beside the rules that every VN follows: judges the evidence in the ledger under the constitution and the time of its entry (TEE-3), so
/// that whoever holds the files need not take any manager's word for it.
/// </summary>
internal sealed class EvidenceAuthority(NetworkId? expected) : ILedgerAuthority
{
    private readonly LedgerAuthority _rules = new(expected);

    public string? Observe(in EntryFrame entry)
    {
        GovernanceState? before = _rules.State;
        if (_rules.Observe(in entry) is { } refusal) return refusal;
        if (entry.Header.Kind is not (EntryKind.Genesis or EntryKind.Governance or EntryKind.Configuration)
            || !GovernanceEntryCodec.TryDecode(entry.PublicPart.Span, out GovernanceEntry? decoded)) return null;
        return LedgerEvidence.Judge(EvidenceVerifiers.All, decoded, before) is { } wrong ? $"{wrong.Check}: {wrong.Reason}" : null;
    }

    public bool TryGetKey(NodeId node, LogIndex index, out ReadOnlyMemory<byte> publicKey) => _rules.TryGetKey(node, index, out publicKey);

    public bool IsQuorum(LogIndex index, IReadOnlyList<NodeId> nodes) => _rules.IsQuorum(index, nodes);
}
