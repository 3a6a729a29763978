using Coco.Primitives;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation.Faults;

/// <summary>What goes wrong with disks: they go back, are lost, damaged, full, slow.</summary>
internal sealed partial class FaultPlan
{
    /// <summary>One disk goes back while all others are whole and up, so that a quorum is honest.</summary>
    private void RollBack(Host host)
    {
        PrepareLoss();
        bool isLost = World.Profile.LosesDisks && Random.Chance(0.5);
        World.CountFault(isLost ? "diskLost" : "rollback", host.Name);
        cluster.Crash(host, isPowerLost: true);
        if (isLost) host.Disk.Wipe();
        if (isLost || host.Disk.TryRollBack()) Watch(host);
        World.After(Random.Between(20, 500) * Ms, () => cluster.Start(host));
        // The others are a quorum, and for less than the time of grace they can't show it.
        if (World.Profile.CutsAroundRollBacks && Random.Chance(0.4)) CutLeader(LongestCutMs);
    }

    /// <summary>
    /// Some VNs are cut off, so few that the others go on without them; then all die at one moment, and one of those others comes back with
    /// a disk of before. With those that were cut off it is a majority, and knows nothing of what was committed meanwhile.
    /// </summary>
    private void CutOffBeforeDeath(Host host)
    {
        PrepareLoss();
        List<Host> others = [.. OthersThan(host)];
        int count = others.Count / 2;
        int first = Random.Below(others.Count);
        List<Host> side = [.. Enumerable.Range(first, count).Select(i => others[i % others.Count])];
        World.CountFault("partition", Names(side));
        Cut(side, isOneWay: false);
        World.After(Random.Between(300, 1_200) * Ms, () =>
        {
            cluster.Links.MendAll();
            if (!_isOver && !World.IsBroken && CanBegin(FaultKinds.RollBackAtDeath, host)) DieWithRollBack(host);
        });
    }

    private void DieWithRollBack(Host host)
    {
        PrepareLoss();
        bool isPowerLost = Random.Chance(0.5);
        World.CountFault(isPowerLost ? "powerCut" : "killAll", Names(cluster.Running));
        World.CountFault("rollback", host.Name);
        foreach (Host one in cluster.Running.ToList())
        {
            cluster.Crash(one, isPowerLost || one == host);
            World.After(Random.Between(20, 200) * Ms, () => cluster.Start(one));
        }
        if (host.Disk.TryRollBack()) Watch(host);
    }

    /// <summary>The founder's disk goes back to when it was the only voter. The others are a quorum without it.</summary>
    private void GoBackToAlone(Host founder) => Lose("rollback", founder, isPowerLost: true, founder.Disk.TryGoBackToFirst);

    /// <summary>A host that knows the format changes an entry while the VN is down, so that only what was signed shows it.</summary>
    private void ForgeLedger(Host host) => Lose("ledgerForged", host, isPowerLost: false, () => host.Disk.TryForge(host.Chunks));

    /// <summary>A file of one ledger is changed, in the middle too; the same holds as for a disk that goes back.</summary>
    private void DamageLedger(Host host) => Lose("ledgerDamage", host, isPowerLost: true, host.Disk.TryDamage);

    /// <param name="change">Changes the disk while its VN is down; false: there was nothing to change.</param>
    private void Lose(string kind, Host host, bool isPowerLost, Func<bool> change)
    {
        PrepareLoss();
        World.CountFault(kind, host.Name);
        cluster.Crash(host, isPowerLost);
        if (change()) Watch(host);
        World.After(Random.Between(20, 500) * Ms, () => cluster.Start(host));
    }

    private void FillDisk(Host host)
    {
        World.CountFault("diskFull", host.Name);
        host.Disk.Space.IsFull = true;
        World.After(Random.Between(100, 2_500) * Ms, () => host.Disk.Space.IsFull = false);
    }

    /// <summary>Reads of a running VN fail for a while, or bring what was not written: its files are whole when it starts again.</summary>
    private void FailReads(Host host)
    {
        World.CountFault("readError", host.Name);
        long until = World.Now + (Random.Between(50, 2_000) * Ms);
        if (Random.Chance(0.5)) host.Disk.Reads.FailUntil = until;
        else if (host.Manager!.Replica.First.Value == 1) host.Disk.Reads.GarbleUntil = until; // else it could lose a snapshot that it can't do without
    }

    private void StallDisk(Host host)
    {
        World.CountFault("diskStall", host.Name);
        host.SyncStallsUntil = World.Now + (Random.Between(500, 4_000) * Ms);
    }

    /// <summary>
    /// A VN may lose what it had while all others are there, whole, and a quorum without it: either they all take part, or none does and all
    /// go on together by a sealed restart. One whose lease may end does not count as there: the others can't end it without the one that lost all.
    /// </summary>
    private bool MayLose(Host host)
    {
        if (IsAnyRolledBack || !host.IsWanted || !cluster.Governors.IsAtRest || cluster.Hosts.Any(one => one.PausedUntil > World.Now)) return false;
        if (World.Profile.Leases is { } leases && cluster.Hosts.Any(one => one.WithheldUntil > 0 && one.WithheldUntil + (leases.DurationMs * Ms) > World.Now)) return false;
        return OthersThan(host).Count() >= 2 && OthersThan(host).All(IsWhole)
            && (OthersThan(host).All(TakesPart) || !cluster.Running.Any(TakesPart)) && Dispensable.CanGoOn(cluster, host);
    }

    /// <summary>Nothing else keeps the others from going on.</summary>
    private void PrepareLoss()
    {
        cluster.Links.MendAll();
        cluster.Links.SlowUpTo = 0;
        _armed.Clear();
        foreach (Host one in cluster.Hosts) one.Disk.Space.IsFull = false;
        foreach (Host one in cluster.Hosts) one.Disk.Reads.FailUntil = one.Disk.Reads.GarbleUntil = 0;
    }

    private void Watch(Host host)
    {
        host.IsRolledBack = true;
        LogIndex last = cluster.Ledger.Last;
        World.After(50 * Ms, () => WatchCatchUp(host, last));
    }

    private void WatchCatchUp(Host host, LogIndex last)
    {
        if (host.Manager?.Replica is { } replica && replica.Self != NodeId.None && replica.Committed >= last) host.IsRolledBack = false;
        else World.After(50 * Ms, () => WatchCatchUp(host, last));
    }

    private void RollAllBack(List<Host> hosts)
    {
        World.CountFault("rollAllBack", Names(hosts));
        foreach (Host host in hosts)
        {
            cluster.Crash(host, isPowerLost: true);
            host.Disk.TryRollBack();
            World.After(Random.Between(20, 300) * Ms, () => cluster.Start(host));
        }
    }
}
