using Coco.Log;

namespace Coco.Replica;

/// <summary>How the chunk of a snapshot's entry takes the place of what this VN's ledger files hold there.</summary>
internal static class InstallPlan
{
    /// <summary>
    /// Until the file has its name this VN's log is the one of before, and after that the new one. Files that begin after the chunk go
    /// first: they hold what contradicts the snapshot, and would stand in the way of what follows it.
    /// </summary>
    public static List<DiskOperation> Operations(LedgerChunks old, CheckedChunk chunk)
    {
        var operations = new List<DiskOperation>();
        foreach (string later in old.FilesAfter(chunk.First).Reverse())
        {
            operations.Add(new DiskOperation.Delete(later));
            operations.Add(new DiskOperation.SyncDirectory());
        }
        operations.AddRange(Store(chunk));
        operations.Add(new DiskOperation.SyncDirectory());
        return operations;
    }

    /// <summary>The file as a whole, without the sync of the folder.</summary>
    public static DiskOperation[] Store(CheckedChunk chunk)
    {
        string part = chunk.File + SnapshotFile.PartSuffix;
        return
        [
            new DiskOperation.Write(part, 0, [chunk.Bytes]),
            new DiskOperation.SyncFile(part),
            new DiskOperation.Rename(part, chunk.File),
        ];
    }
}
