using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// After which batches the state is written down. It follows from the log alone, so that all VNs write the same states without a
/// word between them.
/// </summary>
/// <param name="Last">The last entry after which it was due.</param>
/// <param name="Bytes">Of the entries since.</param>
public readonly record struct SnapshotPoints(LogIndex Last, long Bytes)
{
    /// <param name="settings">As of the entry.</param>
    public SnapshotPoints After(EntryKind kind, LogIndex index, int frameBytes, SnapshotSettings settings, out bool isDue)
    {
        long bytes = Bytes + frameBytes;
        isDue = kind == EntryKind.Batch
            && (index.Value - Last.Value >= (ulong)settings.Entries || bytes >= settings.Bytes);
        return isDue ? new SnapshotPoints(index, 0) : this with { Bytes = bytes };
    }
}
