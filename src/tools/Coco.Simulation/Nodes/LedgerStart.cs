using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Simulation.Nodes;

/// <summary>The twin of how the manager opens its disk.</summary>
internal static class LedgerStart
{
    public static RecoveredLog Open(Cluster cluster, Host host, SealedState? sealedState)
    {
        SimulatedDisk disk = host.Disk;
        RecoveredLog log = LedgerRecovery.Open(new DiskAtStart(
            disk, disk.Snapshots, sealedState is null ? null : cluster.SessionKey, sealedState, cluster.ChunkBytes, disk.DiscardSeal,
            operations =>
            {
                disk.Write(operations);
                disk.Sync();
            },
            disk.Snapshots.CarryOut, text => cluster.World.Note(host.Name, text)));
        if (log.Snapshots.Count > 0) cluster.World.Counters.StartsFromSnapshot++;
        return cluster.World.Mutation == Mutations.InstallOverNewer ? OverNewer(log) : log;
    }

    /// <summary>Takes the snapshot's word for the end of the log.</summary>
    private static RecoveredLog OverNewer(RecoveredLog log)
    {
        if (log.Snapshots.Count == 0 || log.Chunks is not { } chunks || log.Tail.Count == 0) return log;
        var operations = new List<DiskOperation>();
        Invariant.Holds(new LedgerWriter(chunks).Truncate(log.Committed.Index, operations) is null, "a checked ledger can be cut");
        log.Tree.TruncateTo(log.Committed.Index);
        return log with { Tail = [] };
    }
}
