using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Tells the log room, which knows nothing of governance, who may sign and who is a quorum, from the entries that it is shown;
/// keeps what a sequencer needs of a ledger that was read: governance and the last batch as of any recent place.
/// </summary>
public sealed class LedgerAuthority(NetworkId? expected = null) : ILedgerAuthority
{
    private readonly LedgerKeys _keys = new(expected);
    private readonly List<(LogIndex Index, GovernanceState State)> _states = [];
    private readonly Queue<(LogIndex Index, Term Term, BatchNumber? Batch)> _recent = new();
    private LogPosition _certified;
    private BatchNumber? _certifiedBatch;
    private BatchNumber? _batch;

    /// <summary>Governance after the last entry shown; null before genesis.</summary>
    public GovernanceState? State => _keys.State;

    /// <summary>The last batch shown.</summary>
    public BatchNumber? LastBatch => _batch;

    public string? Observe(in EntryFrame entry)
    {
        LogIndex index = entry.Header.Index;
        switch (entry.Header.Kind)
        {
            case EntryKind.Genesis or EntryKind.Governance or EntryKind.Configuration:
                if (_keys.Take(index, entry.PublicPart.Span) is { } refusal) return refusal.Reason;
                _states.Add((index, _keys.State!));
                break;
            case EntryKind.Batch:
                if (!BatchPublicPart.TryRead(entry.PublicPart.Span, out BatchPublicPart part)) return "the batch's public part can't be read";
                if (_batch is { } before ? part.Number != before.Next() : part.Number != BatchNumber.Zero)
                    return $"batch {part.Number} does not follow batch {_batch?.ToString() ?? "none"}";
                _batch = part.Number;
                break;
        }
        _recent.Enqueue((index, entry.Header.Term, _batch));
        if (entry.Header.Kind == EntryKind.Signatures
            && QuorumCertificate.TryRead(entry.PublicPart, out QuorumCertificate? certificate)) Forget(certificate!.Index);
        return null;
    }

    public bool TryGetKey(NodeId node, LogIndex index, out ReadOnlyMemory<byte> publicKey) => _keys.TryGetKey(node, out publicKey);

    public bool IsQuorum(LogIndex index, IReadOnlyList<NodeId> nodes) =>
        _keys.MembershipAt(index) is { } membership
        && Quorum.Holds(new Configuration(membership.Voters, membership.OutgoingVoters, membership.Learners), nodes.Contains);

    /// <summary>Where the last certificate ends, with governance and batch as of there.</summary>
    public (LogPosition At, GovernanceState? State, BatchNumber? Batch) Certified()
    {
        GovernanceState? state = null;
        foreach ((LogIndex index, GovernanceState after) in _states)
            if (index <= _certified.Index) state = after;
        return (_certified, state, _certifiedBatch);
    }

    private void Forget(LogIndex certified)
    {
        while (_recent.TryPeek(out (LogIndex Index, Term Term, BatchNumber? Batch) oldest) && oldest.Index <= certified)
        {
            _recent.Dequeue();
            _certified = new LogPosition(oldest.Index, oldest.Term);
            _certifiedBatch = oldest.Batch;
        }
        // Only the last state before the certificate and those after it can still be asked for.
        int keep = _states.FindLastIndex(pair => pair.Index <= certified);
        if (keep > 0) _states.RemoveRange(0, keep);
    }
}
