using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Simulation.Nodes;

/// <summary>The twin of how the manager opens its disk.</summary>
internal static class LedgerStart
{
    public static RecoveredLog Open(SimulatedDisk disk, SealedState? sealedState, int chunkBytes)
    {
        if (disk.List().Count == 0) return Empty();
        var authority = new LedgerAuthority();
        LedgerOpening opening = LedgerOpening.Open(disk, authority, new LedgerOpenOptions { ChunkBytes = chunkBytes });
        bool isWhole = opening.Problem is null;
        if (!isWhole || opening.IsTorn)
        {
            var operations = new List<DiskOperation>();
            opening.CutDamaged(dropLater: true, operations);
            disk.Write(operations);
            disk.Sync();
        }
        if (opening.Chunks is not { } chunks || chunks.Last == LogIndex.Zero) return Empty();
        (var certified, var state, var batch) = authority.Certified();
        return new RecoveredLog(
            chunks, opening.Tree, certified, state, batch, ReadTail(opening, certified.Index), isWhole ? sealedState : null);
    }

    private static RecoveredLog Empty() => new(null, new MerkleLedger(), default, null, null, [], null);

    private static List<ReadOnlyMemory<byte>> ReadTail(LedgerOpening opening, LogIndex after)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        LedgerReader reader = opening.Reader();
        for (LogIndex index = after.Next(); index <= opening.Chunks!.Last; index = index.Next())
        {
            Invariant.Holds(reader.TryReadFrame(index, out ReadOnlyMemory<byte> frame) is null, "a checked ledger can be read");
            frames.Add(frame);
        }
        return frames;
    }
}
