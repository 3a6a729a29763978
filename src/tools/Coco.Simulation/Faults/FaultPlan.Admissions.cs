using Coco.Consensus;
using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Faults;

/// <summary>What goes wrong with VNs that are admitted: their numbers are in the log, and not on their disks.</summary>
internal sealed partial class FaultPlan
{
    /// <summary>With one of them busy, all others are needed for a quorum; without one of those, a quorum of the rest would do.</summary>
    private const int SizeForNeeded = 4;

    /// <summary>So many are a quorum if one of three is lost.</summary>
    private const int SizeForFull = 3;

    /// <summary>
    /// A VN starts again, and its disk stands still just then: it is a voter under its new number, of which nothing is on its disk. Another VN
    /// starts again too, which would need a new number as well; then the power fails.
    /// </summary>
    private void DieWithBusyDisk(Host host)
    {
        List<Host> others = [.. OthersThan(host).Where(other => other != cluster.Leader)];
        if (others.Count == 0 || host == cluster.Leader || cluster.Governance?.CurrentOf(host.Name)?.Id is not { } before) return;
        Host other = Random.Pick(others);
        World.CountFault("crash", host.Name);
        World.CountFault("diskStall", host.Name);
        CrashAndRestart(host, 100);
        host.SyncStallsUntil = World.Now + (LongestLookMs * Ms);
        When(() => cluster.Governance?.CurrentOf(host.Name)?.Id != before && host.Manager?.Replica.Self == cluster.Governance?.CurrentOf(host.Name)?.Id, LongestCutMs, () =>
        {
            World.CountFault("crash", other.Name);
            CrashAndRestart(other, 100);
            World.After(Random.Between(300, 900) * Ms, () =>
            {
                if (_isOver || World.IsBroken || IsAnyRolledBack) return;
                host.SyncStallsUntil = 0;
                CutPower([.. cluster.Running]);
            });
        });
    }

    /// <summary>
    /// A VN starts again while its disk is full, so that it could keep no new number. Then all die and one of the others loses its disk: the one with
    /// the full disk has lost nothing, and is needed as who it was.
    /// </summary>
    private void DieWithFullDisk(Host host)
    {
        List<Host> others = [.. OthersThan(host)];
        if (others.Count + 1 != SizeForFull || host == cluster.Leader || !cluster.Hosts.All(one => one.IsWanted && IsSettled(one))) return;
        PrepareLoss();
        World.CountFault("crash", host.Name);
        World.CountFault("diskFull", host.Name);
        CrashAndRestart(host, 100);
        host.Disk.Space.IsFull = true;
        Host lost = Random.Pick(others);
        World.After(Random.Between(600, 2_000) * Ms, () =>
        {
            if (_isOver || World.IsBroken || IsAnyRolledBack || !others.TrueForAll(IsSettled)) return;
            PrepareLoss();
            World.CountFault("powerCut", Names(cluster.Running));
            World.CountFault("diskLost", lost.Name);
            foreach (Host one in cluster.Running.ToList())
            {
                cluster.Crash(one, isPowerLost: true);
                World.After(Random.Between(20, 600) * Ms, () => cluster.Start(one));
            }
            lost.Disk.Wipe();
            Watch(lost);
        });
    }

    /// <summary>It takes part, its disk knows by which number, and its files are whole.</summary>
    private bool IsSettled(Host host) =>
        TakesPart(host) && IsWhole(host) && host.Disk.DurableState?.Self == cluster.Governance?.CurrentOf(host.Name)?.Id;

    /// <summary>
    /// A VN starts again, and its disk stands still: nothing is on it yet of its new number. The lease of another one runs out, whose vote is needed
    /// by then. Should it end all the same, the leader is just handing over and may not end the change of who takes part: the third one, whose slow
    /// disk the change has waited for, knows of the end when it is to follow. Then the busy VN loses its power.
    /// </summary>
    private void DieWithNeededLease(Host busy)
    {
        if (cluster.Running.Count() != SizeForNeeded || busy == cluster.Leader || cluster.Governance?.CurrentOf(busy.Name)?.Id is not { } before) return;
        World.CountFault("crash", busy.Name);
        World.CountFault("diskStall", busy.Name);
        CrashAndRestart(busy, 100);
        busy.SyncStallsUntil = World.Now + (2 * LongestLookMs * Ms);
        bool IsAdmitted() => cluster.Governance?.CurrentOf(busy.Name)?.Id is { } now && now != before && busy.Manager?.Replica.Self == now;
        When(IsAdmitted, LongestCutMs, () =>
        {
            List<Host> others = [.. cluster.Running.Where(one => one != busy && one != cluster.Leader)];
            if (cluster.Leader is not { } leader || others.Count != SizeForNeeded - 2) return;
            Host ending = Random.Pick(others);
            others.Remove(ending);
            World.CountFault("withheldEvidence", ending.Name);
            ending.WithheldUntil = World.Now + (LongestLookMs * Ms);
            World.CountFault("slowDisk", others[0].Name);
            others[0].SyncUpToMs = LaggingSyncMs;
            bool IsEnding() => leader.Manager?.Replica.Consensus is { Configuration.IsJoint: true } status && ending.Manager is { } process && !status.Configuration.Voters.Contains(process.Replica.Self);
            When(IsEnding, LongestLookMs, () => HandOverInChange(leader, busy, ending, others[0]), LookClosely);
        });
    }

    private void HandOverInChange(Host leader, Host busy, Host ending, Host third)
    {
        World.CountFault("handOver", leader.Name);
        leader.Manager!.Give(HandOverInput.Instance);
        When(() => HasLeaseEnded(ending) && leader.Manager?.Replica.Consensus?.Role != ConsensusRole.Leader, LongestCutMs, () =>
        {
            third.SyncUpToMs = World.Profile.SyncMs;
            busy.SyncStallsUntil = 0;
            if (!IsAnyRolledBack) CutPower([.. cluster.Running.Where(one => one == busy)]);
        }, LookClosely);
    }
}
