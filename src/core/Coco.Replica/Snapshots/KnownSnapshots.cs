using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>A snapshot on this VN's disk whose digest stands in the log under a quorum's signatures.</summary>
/// <param name="Proof">To show that to others; null where the quorum changed before it could be made.</param>
public sealed record KnownSnapshot(SnapshotFacts Facts, SnapshotProof? Proof)
{
    public LogIndex Index => Facts.Header.Index;
}

/// <summary>All of them, the oldest first.</summary>
internal sealed class KnownSnapshots
{
    private readonly List<KnownSnapshot> _all = [];

    public IReadOnlyList<KnownSnapshot> All => _all;

    public KnownSnapshot? Newest => _all.Count > 0 ? _all[^1] : null;

    public KnownSnapshot? NewestProven => _all.FindLast(known => known.Proof is not null);

    public KnownSnapshot? Find(LogIndex index) => _all.Find(known => known.Index == index);

    /// <summary>In the place of one of the same index.</summary>
    public void Add(KnownSnapshot snapshot)
    {
        Remove(snapshot.Index);
        int at = _all.FindLastIndex(known => known.Index < snapshot.Index) + 1;
        _all.Insert(at, snapshot);
    }

    public bool Remove(LogIndex index) => _all.RemoveAll(known => known.Index == index) > 0;
}
