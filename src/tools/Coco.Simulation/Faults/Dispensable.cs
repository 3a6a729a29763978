using Coco.Consensus;
using Coco.Primitives;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation.Faults;

/// <summary>
/// Without which VN the others must be able to go on, whatever state faults have left them in: they have a quorum, as incarnations that
/// take part or that their disks hold sealed, and can know that they need no other.
/// </summary>
internal static class Dispensable
{
    private const int FewestHosts = 3;

    public static Host? Pick(Cluster cluster, SimulationRandom random)
    {
        List<Host> can = [.. cluster.Hosts.Where(host => Is(cluster, host))];
        return can.Count == 0 ? null : random.Pick(can);
    }

    public static bool Is(Cluster cluster, Host host) =>
        host.IsWanted && cluster.Hosts.Count(one => one.IsWanted) >= FewestHosts && !cluster.Hosts.Any(one => one.IsWanted && one.IsRolledBack)
        && CanGoOn(cluster, host);

    public static bool CanGoOn(Cluster cluster, Host without)
    {
        if (cluster.Governance is not { } state) return false;
        Configuration committed = Cluster.MembershipOf(state);
        List<Host> hosts = [.. cluster.Hosts.Where(host => host.IsWanted && host != without)];
        HashSet<NodeId> there = [.. hosts.Select(IdentityOf)];
        if (!Quorum.Holds(committed, there.Contains)) return false;
        foreach (Host host in hosts)
        {
            if (host.Change is not { } change || change.At.Index <= cluster.GovernedAt) continue;
            // It may be committed, as far as those who are there can know, and then it counts. Whoever has acknowledged it to another
            // leader must keep it; the leader that made it knows that it has not committed it, unless others hold it.
            bool isKept = IdentityOf(host) != change.Maker
                || Quorum.Holds(committed, node => !there.Contains(node) || cluster.HostOf(node)?.Change?.At == change.At);
            if (isKept && !Quorum.Holds(change.Configuration, there.Contains)) return false;
        }
        return true;
    }

    private static NodeId IdentityOf(Host host) =>
        host.Manager?.Replica is { Consensus: not null } replica ? replica.Self : host.Disk.DurableState?.Self ?? NodeId.None;
}
