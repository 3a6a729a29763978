using Coco.Consensus;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Checks;

/// <summary>
/// A VN that could be given the entries that it lacks is given a snapshot instead only where that is less to send. Otherwise it may get one
/// snapshot after the other and never the entries, which takes longer to show than a seed lasts. And it is not left without entries once it has
/// the snapshot: that its answer was lost mends itself in the end, mostly before the network is asked to be at rest.
/// </summary>
internal sealed class OfferedSnapshots(Cluster cluster, Host host)
{
    /// <summary>How large single entries are is not looked up for each of them: the product compares with what they are on average.</summary>
    private const long Tolerance = 2;

    /// <summary>
    /// So long, by the giver's clock, it may not know that the receiver has the snapshot: it tells of it again this often, and several answers in a
    /// row may be lost. Less than it waits for one that asks for nothing any more.
    /// </summary>
    private const ulong LongestUnsettledTicks = 8 * Replica.Limits.AskAgainTicks;

    private readonly Dictionary<Host, (LogIndex Index, ulong Ticks)> _unsettled = [];

    /// <summary>The first entry that was not given, to whom.</summary>
    private readonly Dictionary<Host, LogIndex> _refused = [];

    /// <summary>The plug has asked for entries from this one on, and was told to send a snapshot.</summary>
    public void OnRefused(NodeId to, LogIndex first)
    {
        if (cluster.HostOf(to) is { } receiver && !host.Disk.Reads.AreFaulty) _refused[receiver] = first;
    }

    public void OnOffer(string to, SnapshotOffer offer)
    {
        Host receiver = cluster.Hosts.First(one => one.Name == to);
        if (_unsettled.GetValueOrDefault(receiver).Index != offer.Index) _unsettled[receiver] = (offer.Index, 0);
        if (!_refused.Remove(receiver, out LogIndex first) || host.Chunks is not { } chunks || first < chunks.First) return;
        long saved = chunks.BytesOf(first, offer.Index);
        if ((long)offer.Length >= saved * Tolerance)
            cluster.World.Violate("snapshot for entries", $"{host.Name} gives {to} a snapshot of {offer.Length} bytes for entries {first} to {offer.Index} of {saved} bytes");
    }

    /// <summary>It is given entries.</summary>
    public void OnEntries(string to) => _unsettled.Remove(cluster.Hosts.First(one => one.Name == to));

    public void OnTick(ManagerProcess manager)
    {
        if (_unsettled.Count == 0) return;
        if (manager.Replica.Consensus is not { Role: ConsensusRole.Leader } leading)
        {
            _unsettled.Clear();
            return;
        }
        foreach ((Host receiver, (LogIndex index, ulong ticks)) in _unsettled.ToList())
        {
            if (receiver.Manager?.Replica is not { } replica) _unsettled.Remove(receiver);
            else if (!CanSettle(receiver, replica, leading, index)) _unsettled[receiver] = (index, 0);
            else if (ticks < LongestUnsettledTicks) _unsettled[receiver] = (index, ticks + 1);
            else cluster.World.Violate("snapshot settled", $"{host.Name} does not know that {receiver.Name} has the snapshot of entry {index}, and gives it no entries");
        }
    }

    /// <summary>It has the snapshot and lacks entries, follows the giver, and each can be heard by the other.</summary>
    private bool CanSettle(Host receiver, Replica.Replica replica, ConsensusStatus leading, LogIndex index) =>
        replica.Committed >= index && replica.Last < leading.Last.Index && replica.Consensus is { } follower && follower.Leader == leading.Self && follower.Term == leading.Term
        && !receiver.Manager!.IsInstallingSnapshot && receiver.PausedUntil <= cluster.World.Now && !replica.NeedsKeys && !host.Disk.Reads.AreFaulty
        && cluster.Governance?.CurrentOf(receiver.Name) is not { IsQuarantined: true }
        && cluster.Links.IsOpen(host, receiver) && cluster.Links.IsOpen(receiver, host);
}
