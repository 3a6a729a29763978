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
            disk.Snapshots.CarryOut, text => cluster.World.Note(host.Name, text))
        {
            Signatures = SimulatedSignatures.Instance,
        });
        if (log.Snapshots.Count > 0) cluster.World.Counters.StartsFromSnapshot++;
        return log;
    }
}
