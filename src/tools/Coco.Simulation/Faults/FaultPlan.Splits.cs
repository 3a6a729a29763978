using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Faults;

/// <summary>Faults of several steps: what both sides of a cut do at the same time, what leases lead to, and what a VN that was away goes on from.</summary>
internal sealed partial class FaultPlan
{
    private const int FewestForSplit = 5;
    private const int FewestForReturn = 4;
    private const int LongestLookMs = 8_000;
    private const int LookEveryMs = 20;
    private const int HandOverEveryMs = 250;

    /// <summary>Within this time there mostly is a certificate of what was committed, so that a VN that starts knows it to be.</summary>
    private const int LongestCertificateMs = 1_500;

    /// <summary>For what is over within a few syncs.</summary>
    private const int LookClosely = 1;

    /// <summary>
    /// The leader is cut off with a VN that starts, as long as it still counts on the others; another VN starts on their side. So both sides
    /// make an entry that admits somebody under the same number, and mostly all die before the first one has learned of the second.
    /// </summary>
    private void SplitStarts(Host leader)
    {
        List<Host> others = [.. cluster.Running.Where(host => host != leader)];
        if (others.Count + 1 < FewestForSplit) return;
        Host here = Random.Pick(others);
        others.Remove(here);
        Host there = Random.Pick(others);
        World.CountFault("partition", Names([leader, here]));
        Cut([leader, here], isOneWay: false);
        foreach (Host host in (Host[])[here, there])
        {
            World.CountFault("crash", host.Name);
            CrashAndRestart(host, 100);
        }
        bool dies = Random.Chance(0.7);
        World.After(Random.Between(900, LongestCutMs) * Ms, () =>
        {
            cluster.Links.MendAll();
            if (dies && !_isOver && !World.IsBroken && !IsAnyRolledBack) KillMany("killAll", [.. cluster.Running]);
        });
    }

    /// <summary>
    /// The leader is cut off with a VN that starts, and gives it a number in an entry that is never committed. All others start again and hear of
    /// it; then the leader starts again too, and they give that number to it. Only then does the first one reach them, and it asks them again.
    /// </summary>
    private void SpreadLostNumber(Host leader)
    {
        List<Host> others = [.. cluster.Running.Where(host => host != leader)];
        if (others.Count + 1 < FewestForSplit) return;
        Host lost = Random.Pick(others);
        others.Remove(lost);
        World.CountFault("partition", Names([leader, lost]));
        Cut([leader, lost], isOneWay: false);
        World.CountFault("crash", lost.Name);
        CrashAndRestart(lost, 100);
        World.After(Random.Between(900, 1_400) * Ms, () =>
        {
            if (_isOver || World.IsBroken || IsAnyRolledBack) return;
            cluster.Links.MendAll();
            Cut([lost], isOneWay: false);
            World.CountFault("killQuorum", Names(others));
            foreach (Host host in others) CrashAndRestart(host, 60);
            World.After(Random.Between(250, 450) * Ms, () =>
            {
                if (_isOver || World.IsBroken || IsAnyRolledBack) return;
                NodeId? before = cluster.Governance?.CurrentOf(leader.Name)?.Id;
                World.CountFault("away", leader.Name);
                cluster.Crash(leader, isPowerLost: false);
                World.After(Random.Between(1_500, 2_500) * Ms, () => cluster.Start(leader));
                When(() => cluster.Governance?.CurrentOf(leader.Name)?.Id != before, LongestLookMs, cluster.Links.MendAll);
            });
        });
    }

    /// <summary>
    /// The lease of a VN ends; then it starts again and is admitted anew while another one is cut off. That one knows it as quarantined, until
    /// all die and it hears of its new incarnation from others.
    /// </summary>
    private void ReturnUnseen(Host host)
    {
        if (cluster.Running.Count() < FewestForReturn) return;
        World.CountFault("withheldEvidence", host.Name);
        host.WithheldUntil = World.Now + (LongestLookMs * Ms);
        When(() => HasLeaseEnded(host), LongestLookMs, () =>
        {
            host.WithheldUntil = 0;
            List<Host> others = [.. cluster.Running.Where(one => one != host && one != cluster.Leader && KnowsOfEnd(one, host))];
            if (others.Count == 0 || host.Manager is null || IsAnyRolledBack) return;
            Host cut = Random.Pick(others);
            World.CountFault("partition", cut.Name);
            Cut([cut], isOneWay: false);
            World.CountFault("crash", host.Name);
            CrashAndRestart(host, 100);
            When(() => Votes(host), LongestCutMs, () =>
            {
                cluster.Links.MendAll();
                if (!IsAnyRolledBack) KillMany("killAll", [.. cluster.Running]);
            });
        });
    }

    /// <summary>
    /// The lease of a VN ends. While another one that knows this is down or cut off, it is renewed, and that VN comes to lead. The other one can have
    /// what it missed of nobody else then, and its own log says that nothing is to be taken from that one.
    /// </summary>
    private void RenewUnseen(Host host)
    {
        if (cluster.Running.Count() < FewestForReturn) return;
        World.CountFault("withheldEvidence", host.Name);
        host.WithheldUntil = World.Now + (LongestLookMs * Ms);
        When(() => HasLeaseEnded(host), LongestLookMs, () => World.After(Random.Between(300, LongestCertificateMs) * Ms, () =>
        {
            host.WithheldUntil = 0;
            List<Host> others = [.. cluster.Running.Where(one => one != host && KnowsOfEnd(one, host))];
            if (_isOver || World.IsBroken || others.Count == 0 || IsAnyRolledBack) return;
            Host missing = Random.Pick(others);
            bool dies = Random.Chance(0.5);
            bool ends = !dies && Random.Chance(0.5);
            World.CountFault(dies ? "away" : "partition", missing.Name);
            if (dies) cluster.Crash(missing, isPowerLost: Random.Chance(0.5));
            else Cut([missing], isOneWay: false);
            When(() => Votes(host) && (!ends || HasLeaseEnded(missing)), LongestLookMs, () => HandOverTo(host, () =>
            {
                if (dies) cluster.Start(missing);
                else cluster.Links.MendAll();
            }));
        }));
    }

    /// <summary>A leader hands over to whoever is furthest: the disks of all others are slow meanwhile.</summary>
    private void HandOverTo(Host host, Action then)
    {
        foreach (Host other in OthersThan(host))
        {
            World.CountFault("slowDisk", other.Name);
            other.SyncUpToMs = LaggingSyncMs;
        }
        HandOverUntil(host, LongestLookMs, () =>
        {
            foreach (Host other in OthersThan(host)) other.SyncUpToMs = World.Profile.SyncMs;
            then();
        });
    }

    private void HandOverUntil(Host host, long withinMs, Action then)
    {
        if (_isOver || World.IsBroken || withinMs < 0) return;
        if (cluster.Leader is { } leader)
        {
            if (leader == host)
            {
                then();
                return;
            }
            World.CountFault("handOver", leader.Name);
            leader.Manager!.Give(HandOverInput.Instance);
        }
        World.After(HandOverEveryMs * Ms, () => HandOverUntil(host, withinMs - HandOverEveryMs, then));
    }

    /// <summary>
    /// Evidence is withheld of all but the leader, whose quorum needs some of them. Whose lease ends renews it and takes part again, so the lease of
    /// one that was needed ends; then all die, and most have no certificate yet of what they committed since.
    /// </summary>
    private void DieOnceRenewed()
    {
        List<Host> others = [.. cluster.Running.Where(host => host != cluster.Leader)];
        if (others.Count < 2) return;
        foreach (Host host in others)
        {
            World.CountFault("withheldEvidence", host.Name);
            host.WithheldUntil = World.Now + (LongestLookMs * Ms);
        }
        When(() => others.Exists(HasLeaseEnded), LongestLookMs, () =>
        {
            List<Host> held = [.. others.Where(host => !HasLeaseEnded(host))];
            foreach (Host host in others.Except(held)) host.WithheldUntil = 0;
            When(() => held.Exists(HasLeaseEnded), LongestLookMs, () =>
            {
                foreach (Host host in held) host.WithheldUntil = 0;
                if (!IsAnyRolledBack) KillMany("killAll", [.. cluster.Running]);
            });
        });
    }

    /// <summary>
    /// The VN that leads is cut off and its enclave's clock stands still, so that it still takes itself for the leader when it learns from the others
    /// that they have ended its lease. Then they die: what it says to those that start is of before.
    /// </summary>
    private void LeaveOutcast(Host leader)
    {
        World.CountFault("partition", leader.Name);
        World.CountFault("clockStopped", leader.Name);
        World.CountFault("withheldEvidence", leader.Name);
        Cut([leader], isOneWay: false);
        leader.ClockStoppedUntil = leader.WithheldUntil = World.Now + (2 * LongestLookMs * Ms);
        When(() => HasLeaseEnded(leader), LongestLookMs, () =>
        {
            cluster.Links.MendAll();
            When(() => leader.Manager?.Replica is { NeedsKeys: true }, LongestLookMs, () =>
            {
                leader.ClockStoppedUntil = 0;
                if (!IsAnyRolledBack) KillMany("killAll", [.. cluster.Running.Where(host => host != leader)]);
            });
        });
    }

    /// <summary>
    /// The lease of a VN ends, and it comes back as a learner. Just then the disks of the others stand still, and all die: the longest log is that
    /// of a VN that does not vote.
    /// </summary>
    private void DieBehindLearner(Host host)
    {
        World.CountFault("withheldEvidence", host.Name);
        host.WithheldUntil = World.Now + (LongestLookMs * Ms);
        When(() => HasLeaseEnded(host), LongestLookMs, () =>
        {
            host.WithheldUntil = 0;
            bool Learns() => cluster.Governance is { } state && state.CurrentOf(host.Name) is { } current && state.Membership.Learners.Contains(current.Id);
            When(Learns, LongestLookMs, () =>
            {
                List<Host> others = [.. OthersThan(host)];
                foreach (Host other in others) World.CountFault("diskStall", other.Name);
                foreach (Host other in others) other.SyncStallsUntil = World.Now + (1_000 * Ms);
                World.After(Random.Between(3, 30) * Ms, () =>
                {
                    if (_isOver || World.IsBroken || IsAnyRolledBack) return;
                    World.CountFault("powerCut", Names(cluster.Running));
                    foreach (Host other in others) other.SyncStallsUntil = 0;
                    foreach (Host one in cluster.Running.ToList())
                    {
                        cluster.Crash(one, isPowerLost: one != host);
                        World.After(Random.Between(20, 200) * Ms, () => cluster.Start(one));
                    }
                });
            }, LookClosely);
        });
    }

    /// <summary>
    /// A VN is away so long that it goes on from a snapshot of another VN. Its disk fails to read just then, so that its worker can't have that
    /// state, while the ledger files of before are still on their way.
    /// </summary>
    private void InstallUnread(Host host)
    {
        StayAway(host);
        When(() => host.Manager?.Replica is { First.Value: > 1 }, LongestLookMs, () =>
        {
            World.CountFault("readError", host.Name);
            host.Disk.Reads.FailUntil = World.Now + (Random.Between(50, 400) * Ms);
        });
    }

    /// <summary>
    /// A leader is cut off with entries that never commit, dies, and is away just so long that it goes on from a snapshot, whose file takes the place
    /// of theirs. Just then its disk is slow and its worker dies, so that another one asks for what is in the files.
    /// </summary>
    private void ReplaceOwnEnd(Host leader)
    {
        World.CountFault("partition", leader.Name);
        Cut([leader], isOneWay: false);
        World.After(Random.Between(100, 400) * Ms, () =>
        {
            cluster.Links.MendAll();
            if (_isOver || World.IsBroken || IsAnyRolledBack) return;
            World.CountFault("crash", leader.Name);
            CrashAndRestart(leader, 2_500);
            When(() => leader.Manager is { IsInstallingSnapshot: true }, LongestLookMs, () =>
            {
                SlowDisk(leader);
                if (leader.Worker is not null) KillWorker(leader);
            }, LookClosely);
        });
    }

    private bool HasLeaseEnded(Host host) => cluster.Governance?.CurrentOf(host.Name) is { IsQuarantined: true };

    private static bool KnowsOfEnd(Host host, Host ended) => host.Manager!.Replica.State?.CurrentOf(ended.Name) is { IsQuarantined: true };

    private bool Votes(Host host) => cluster.Governance is { } state && state.CurrentOf(host.Name) is { } current && state.Membership.IsVoter(current.Id);

    /// <summary>As soon as something is so; nothing if it is not in time.</summary>
    private void When(Func<bool> isSo, long withinMs, Action then, int everyMs = LookEveryMs)
    {
        if (_isOver || World.IsBroken || withinMs < 0) return;
        if (isSo()) then();
        else World.After(everyMs * Ms, () => When(isSo, withinMs - everyMs, then, everyMs));
    }
}
