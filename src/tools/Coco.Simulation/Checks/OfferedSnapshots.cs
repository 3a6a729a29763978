using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Checks;

/// <summary>
/// A VN that could be given the entries that it lacks is given a snapshot instead only where that is less to send. Otherwise it may get one
/// snapshot after the other and never the entries, which takes longer to show than a seed lasts.
/// </summary>
internal sealed class OfferedSnapshots(Cluster cluster, Host host)
{
    /// <summary>How large single entries are is not looked up for each of them: the product compares with what they are on average.</summary>
    private const long Tolerance = 2;

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
        if (!_refused.Remove(receiver, out LogIndex first) || host.Chunks is not { } chunks || first < chunks.First) return;
        long saved = chunks.BytesOf(first, offer.Index);
        if ((long)offer.Length >= saved * Tolerance)
            cluster.World.Violate("snapshot for entries", $"{host.Name} gives {to} a snapshot of {offer.Length} bytes for entries {first} to {offer.Index} of {saved} bytes");
    }
}
