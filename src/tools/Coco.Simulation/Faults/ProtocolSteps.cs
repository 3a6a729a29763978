using Coco.Consensus;
using Coco.Primitives;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Faults;

/// <summary>What a VN is in the middle of: a fault is only worth what it meets.</summary>
internal static class ProtocolSteps
{
    public const string Election = "election";
    public const string Append = "append";
    public const string Commit = "commit";
    public const string SnapshotTake = "snapshotTake";
    public const string SnapshotInstall = "snapshotInstall";
    public const string Reconfiguration = "reconfiguration";
    public const string WorkerRestart = "workerRestart";
    public const string Rejoin = "rejoin";
    public const string SealedRestart = "sealedRestart";
    public const string ReadIndex = "readIndex";
    public const string Forward = "forward";

    /// <summary>Of a VN that is in the middle of none of them, or down.</summary>
    public const string Idle = "idle";

    /// <summary>Each kind of fault is to meet each of these.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Election, Append, Commit, SnapshotTake, SnapshotInstall, Reconfiguration, WorkerRestart, Rejoin, SealedRestart, ReadIndex, Forward];

    /// <summary>All that are under way on this VN.</summary>
    public static void Collect(Cluster cluster, Host host, SortedSet<string> steps)
    {
        if (host.Manager is not { } manager || manager.Replica is not { } replica) return;
        if (manager.IsTakingSnapshot) steps.Add(SnapshotTake);
        if (manager.IsInstallingSnapshot) steps.Add(SnapshotInstall);
        if (replica.Consensus is not { } consensus)
        {
            steps.Add(IsQuorumGone(cluster) ? SealedRestart : Rejoin);
            return;
        }
        if (consensus.Leader is null) steps.Add(Election);
        if (replica.Last > consensus.Persisted) steps.Add(Append);
        if (replica.Last > replica.Committed) steps.Add(Commit);
        if (consensus.Configuration.IsJoint || !consensus.Configuration.Learners.IsEmpty) steps.Add(Reconfiguration);
        if (!replica.IsWorkerLive) steps.Add(WorkerRestart);
        if (host.Worker is not { } worker) return;
        if (worker.IsReading) steps.Add(ReadIndex);
        if (worker.IsWaiting && consensus.Role != ConsensusRole.Leader) steps.Add(Forward);
    }

    private static bool IsQuorumGone(Cluster cluster)
    {
        int active = 0, wanted = 0;
        foreach (Host host in cluster.Hosts)
        {
            if (!host.IsWanted) continue;
            wanted++;
            if (host.Manager?.Replica is { Consensus: not null }) active++;
        }
        return active < Quorum.Majority(wanted);
    }
}
