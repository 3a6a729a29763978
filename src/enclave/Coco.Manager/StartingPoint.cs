using Coco.Log;
using Coco.Manager.Disk;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Manager;

/// <summary>Opens what the disk holds: checks the whole ledger, cuts a torn end, drops what is damaged to be fetched again from the others.</summary>
internal static class StartingPoint
{
    public static RecoveredLog Open(LedgerFolder folder, SealedState? sealedState, Action discardSeal, Action<string> log)
    {
        if (folder.List().Count == 0) return new RecoveredLog(null, new MerkleLedger(), default, null, null, [], null);
        var authority = new LedgerAuthority();
        LedgerOpening opening = LedgerOpening.Open(folder, authority, new LedgerOpenOptions());
        bool isWhole = opening.Problem is null;
        if (opening.Problem is { } problem)
            log($"The ledger is damaged at entry {problem.Index}: {problem.Message} It is cut there, and fetched again from the other VNs.");
        if (!isWhole && sealedState is not null) discardSeal(); // before the cut, so that a crash between them is safe too
        if (!isWhole || opening.IsTorn)
        {
            var operations = new List<DiskOperation>();
            opening.CutDamaged(dropLater: true, operations);
            folder.CarryOut(operations);
        }
        if (opening.Chunks is not { } chunks || chunks.Last == LogIndex.Zero)
            return new RecoveredLog(null, new MerkleLedger(), default, null, null, [], null);
        (var certified, var state, var batch) = authority.Certified();
        return new RecoveredLog(
            chunks, opening.Tree, certified, state, batch, ReadTail(opening, certified.Index), isWhole ? sealedState : null);
    }

    private static List<ReadOnlyMemory<byte>> ReadTail(LedgerOpening opening, LogIndex after)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        LedgerReader reader = opening.Reader();
        for (LogIndex index = after.Next(); index <= opening.Chunks!.Last; index = index.Next())
        {
            if (reader.TryReadFrame(index, out ReadOnlyMemory<byte> frame) is { } problem) throw new IOException(problem.Message);
            frames.Add(frame);
        }
        return frames;
    }
}
