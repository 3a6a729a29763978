using Coco.Consensus;
using Coco.Primitives;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

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

    /// <summary>What is over soon, or seldom begins.</summary>
    private static IReadOnlyList<string> Rare { get; } = [SnapshotTake, SnapshotInstall, SnapshotInstall, SnapshotInstall, WorkerRestart, SealedRestart];

    /// <summary>One to aim at; what is rare is aimed at more often.</summary>
    public static string Pick(SimulationRandom random, Func<string, bool> isPossible)
    {
        string step = random.Pick(random.Chance(0.4) ? Rare : All);
        while (!isPossible(step)) step = random.Pick(All);
        return step;
    }

    /// <summary>All that are under way on this VN.</summary>
    public static void Collect(Cluster cluster, Host host, SortedSet<string> steps)
    {
        foreach (string step in All)
            if (IsIn(cluster, host, step)) steps.Add(step);
    }

    /// <summary>This step is under way on this VN.</summary>
    public static bool IsIn(Cluster cluster, Host host, string step)
    {
        if (host.Manager is not { } manager || manager.Replica is not { } replica) return false;
        if (step == SnapshotTake) return manager.IsTakingSnapshot;
        if (step == SnapshotInstall) return manager.IsInstallingSnapshot;
        if (replica.Consensus is not { } consensus)
            return step == SealedRestart ? IsQuorumGone(cluster) : step == Rejoin && !IsQuorumGone(cluster);
        return step switch
        {
            Election => consensus.Leader is null,
            Append => replica.Last > consensus.Persisted,
            Commit => replica.Last > replica.Committed,
            Reconfiguration => consensus.Configuration.IsJoint || !consensus.Configuration.Learners.IsEmpty,
            WorkerRestart => !replica.IsWorkerLive,
            ReadIndex => host.Worker is { IsReading: true },
            Forward => host.Worker is { IsWaiting: true } && consensus.Role != ConsensusRole.Leader,
            _ => false,
        };
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
