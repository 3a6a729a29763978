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
        RecoveredLog log = Open(cluster, host, sealedState, operations =>
        {
            disk.Write(operations);
            disk.Sync();
        }, disk.DiscardSeal, disk.Reseal, disk.Snapshots.CarryOut, text => cluster.World.Note(host.Name, text));
        if (log.Damage is { } damage) cluster.World.Note(host.Name, damage);
        if (log.Snapshots.Count > 0) cluster.World.Counters.StartsFromSnapshot++;
        return log;
    }

    /// <summary>For the checks: the ledger as it stands on the disk at this moment, of which nothing is changed.</summary>
    public static LedgerReader? Look(Cluster cluster, Host host, SealedState? sealedState) =>
        Open(cluster, host, sealedState, _ => { }, () => { }, () => { }, _ => { }, _ => { }).Chunks is { } chunks ? new LedgerReader(host.Disk, chunks) : null;

    private static RecoveredLog Open(
        Cluster cluster, Host host, SealedState? sealedState, Action<IReadOnlyList<DiskOperation>> write, Action discardSeal, Action rewriteSeal,
        Action<IReadOnlyList<DiskOperation>> writeSnapshots, Action<string> log) =>
        LedgerRecovery.Open(new DiskAtStart(
            host.Disk, host.Disk.Snapshots, sealedState is null ? null : cluster.SessionKey, sealedState, cluster.ChunkBytes, discardSeal, rewriteSeal, write, writeSnapshots, log)
        {
            Signatures = SimulatedSignatures.Instance,
        });
}
