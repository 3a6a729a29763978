using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// The end of the log as the sequencer needs it: the Merkle tree over all entries, and for each entry that is not yet processed
/// as committed the state that it leads to, so that cutting the log is going back to an earlier state.
/// </summary>
internal sealed class LogTail
{
    private readonly List<TailEntry> _entries = [];
    private readonly List<TailEntry> _changes = [];
    private readonly ulong _keptLeaves;
    private LogPosition _processed;
    private GovernanceState? _state;
    private BatchNumber? _batch;
    private Hash256 _leaf;

    /// <param name="leaf">The leaf digest of the processed entry; zero while there is none.</param>
    /// <param name="keptLeaves">See <see cref="ReplicaStart.KeptLeaves"/>.</param>
    public LogTail(MerkleLedger tree, LogPosition processed, in Hash256 leaf, GovernanceState? state, BatchNumber? batch, SnapshotPoints points,
        ulong keptLeaves)
    {
        Tree = tree;
        _processed = processed;
        _leaf = leaf;
        _state = state;
        _batch = batch;
        Points = points;
        _keptLeaves = keptLeaves;
    }

    public MerkleLedger Tree { get; }

    /// <summary>The last entry that was processed as committed.</summary>
    public LogIndex Processed => _processed.Index;

    public LogPosition ProcessedPosition => _processed;

    public LogIndex Last => _entries.Count > 0 ? _entries[^1].Index : _processed.Index;

    public LogPosition LastPosition => _entries.Count > 0 ? new LogPosition(_entries[^1].Index, _entries[^1].Term) : _processed;

    /// <summary>Governance as of the last entry; null while the log is empty.</summary>
    public GovernanceState? State => _entries.Count > 0 ? _entries[^1].State : _state;

    /// <summary>Governance as of the last committed entry that was processed.</summary>
    public GovernanceState? CommittedState => _state;

    /// <summary>The last change of who takes part, genesis among them, that was not processed as committed; null: there is none.</summary>
    public TailEntry? LastChange => _changes.Count > 0 ? _changes[^1] : null;

    /// <summary>
    /// Governance as of the last change of who takes part that is sure to be committed: a leader begins one only when the one before it is
    /// (Raft 6). After a start this tells more than <see cref="CommittedState"/>, as no leader has told yet what is committed.
    /// </summary>
    public GovernanceState? SettledState => _changes.Count > 1 ? _changes[^2].State : _state;

    public BatchNumber? LastBatch => _entries.Count > 0 ? _entries[^1].LastBatch : _batch;

    public BatchNumber? CommittedBatch => _batch;

    /// <summary>The leaf digest of the last entry; zero while the log is empty.</summary>
    public Hash256 LastLeaf => _entries.Count > 0 ? _entries[^1].Leaf : _leaf;

    /// <summary>When the next snapshot is due, as of the last committed entry that was processed.</summary>
    public SnapshotPoints Points { get; private set; }

    public TailEntry this[LogIndex index]
    {
        get
        {
            Invariant.Holds(index > Processed && index <= Last, "the entry is in the tail");
            return _entries[(int)(index.Value - Processed.Value - 1)];
        }
    }

    public IReadOnlyList<TailEntry> Entries => _entries;

    /// <summary>Takes the next entry; its leaf goes into the tree.</summary>
    public void Append(TailEntry entry)
    {
        Invariant.Holds(entry.Index == Last.Next(), "an entry follows the one before");
        Tree.Append(entry.Leaf);
        _entries.Add(entry);
        if (entry.Kind is EntryKind.Configuration or EntryKind.Genesis) _changes.Add(entry);
    }

    public void TruncateAfter(LogIndex index)
    {
        if (index >= Last) return;
        Invariant.Holds(index >= Processed, "what is committed is never cut off");
        Tree.TruncateTo(index);
        int keep = (int)(index.Value - Processed.Value);
        _entries.RemoveRange(keep, _entries.Count - keep);
        _changes.RemoveAll(change => change.Index > index);
    }

    /// <summary>Takes the oldest entry out as committed, and says whether the state after it is to be written down.</summary>
    public TailEntry Process(out bool isSnapshotDue)
    {
        TailEntry entry = _entries[0];
        _entries.RemoveAt(0);
        if (_changes.Count > 0 && _changes[0] == entry) _changes.RemoveAt(0);
        _processed = new LogPosition(entry.Index, entry.Term);
        Points = Points.After(entry.Kind, entry.Index, entry.Frame.Bytes.Length, entry.State.Constitution.Snapshots, out isSnapshotDue);
        _leaf = entry.Leaf;
        _state = entry.State;
        _batch = entry.LastBatch;
        Forget(entry.Index);
        return entry;
    }

    /// <summary>A tree that was read from disk has forgotten up to its last certificate, which may be more than is due.</summary>
    private void Forget(LogIndex processed)
    {
        if (processed.Value % (_keptLeaves / 4) != 0 || processed.Value <= Tree.Committed.Value + _keptLeaves) return;
        Tree.Commit(new LogIndex(processed.Value - _keptLeaves));
    }
}
