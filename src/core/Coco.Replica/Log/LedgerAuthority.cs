using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Tells the log room, which knows nothing of governance, who may sign and who is a quorum, from the entries that it is shown;
/// keeps what a sequencer needs of a ledger that was read: governance and the last batch as of any recent place.
/// </summary>
public sealed class LedgerAuthority : ILedgerAuthority
{
    private readonly LedgerKeys _keys;
    private readonly List<(LogIndex Index, GovernanceState State)> _states = [];
    private readonly Queue<Place> _recent = new();
    private readonly Dictionary<LogIndex, (Hash256 Digest, LogIndex At)> _claims = [];
    private Place _certified;
    private Place _last;

    private readonly record struct Place(LogPosition At, BatchNumber? Batch, SnapshotPoints Points);

    public LedgerAuthority(NetworkId? expected = null) => _keys = new LedgerKeys(expected);

    /// <summary>For a ledger that is read from a snapshot of it on.</summary>
    public LedgerAuthority(SnapshotHeader snapshot, GovernanceState state)
    {
        _keys = LedgerKeys.From(snapshot.Index, state);
        _states.Add((snapshot.Index, state));
        _certified = _last = new Place(
            new LogPosition(snapshot.Index, snapshot.Term), snapshot.Batch, new SnapshotPoints(snapshot.Index, 0));
    }

    /// <summary>Governance after the last entry shown; null before genesis.</summary>
    public GovernanceState? State => _keys.State;

    /// <summary>The last batch shown.</summary>
    public BatchNumber? LastBatch => _last.Batch;

    /// <summary>Which digest the log names for the snapshot at this index, and where.</summary>
    public (Hash256 Digest, LogIndex At)? ClaimOf(LogIndex snapshot) => _claims.TryGetValue(snapshot, out var claim) ? claim : null;

    public string? Observe(in EntryFrame entry)
    {
        LogIndex index = entry.Header.Index;
        BatchNumber? batch = _last.Batch;
        switch (entry.Header.Kind)
        {
            case EntryKind.Genesis or EntryKind.Governance or EntryKind.Configuration:
                if (_keys.Take(index, entry.PublicPart.Span) is { } refusal) return refusal.Reason;
                _states.Add((index, _keys.State!));
                break;
            case EntryKind.Batch:
                if (!BatchPublicPart.TryRead(entry.PublicPart.Span, out BatchPublicPart part)) return "the batch's public part can't be read";
                if (batch is { } before ? part.Number != before.Next() : part.Number != BatchNumber.Zero)
                    return $"batch {part.Number} does not follow batch {batch?.ToString() ?? "none"}";
                batch = part.Number;
                break;
            case EntryKind.SnapshotDigest:
                if (!SnapshotClaim.TryRead(entry.PublicPart.Span, out SnapshotClaim claim)) return "the snapshot digest can't be read";
                _claims[claim.Index] = (claim.Digest, index);
                break;
        }
        SnapshotPoints points = _keys.State is { } state
            ? _last.Points.After(entry.Header.Kind, index, entry.Bytes.Length, state.Constitution.Snapshots, out _) : default;
        _last = new Place(new LogPosition(index, entry.Header.Term), batch, points);
        _recent.Enqueue(_last);
        if (entry.Header.Kind == EntryKind.Signatures
            && QuorumCertificate.TryRead(entry.PublicPart, out QuorumCertificate? certificate)) Forget(certificate!.Index);
        return null;
    }

    public bool TryGetKey(NodeId node, LogIndex index, out ReadOnlyMemory<byte> publicKey) => _keys.TryGetKey(node, out publicKey);

    public bool IsQuorum(LogIndex index, IReadOnlyList<NodeId> nodes) =>
        _keys.MembershipAt(index) is { } membership
        && Quorum.Holds(new Configuration(membership.Voters, membership.OutgoingVoters, membership.Learners), nodes.Contains);

    /// <summary>Where the last certificate ends, with governance, batch and snapshots as of there.</summary>
    public (LogPosition At, GovernanceState? State, BatchNumber? Batch, SnapshotPoints Points) Certified()
    {
        GovernanceState? state = null;
        foreach ((LogIndex index, GovernanceState after) in _states)
            if (index <= _certified.At.Index) state = after;
        return (_certified.At, state, _certified.Batch, _certified.Points);
    }

    private void Forget(LogIndex certified)
    {
        while (_recent.TryPeek(out Place oldest) && oldest.At.Index <= certified) _certified = _recent.Dequeue();
        // Only the last state before the certificate and those after it can still be asked for.
        int keep = _states.FindLastIndex(pair => pair.Index <= certified);
        if (keep > 0) _states.RemoveRange(0, keep);
    }
}
