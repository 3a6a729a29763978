using Coco.Consensus;
using Coco.Governance;
using Coco.Primitives;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Checks;

/// <summary>
/// What consensus has for an incarnation reaches the VN that has spoken as it, and whoever votes may open a link. By their liveness alone
/// faults of this kind hardly show: most of them last until the next entry commits, or a VN hears of no quorum for a while.
/// </summary>
internal sealed class Addressing(Cluster cluster, Host host)
{
    /// <summary>How long a voter's link may be refused: the list of peers is told so often, and once more for a step that is under way.</summary>
    private const ulong LongestRefusalTicks = 2 * Replica.Limits.ProbeTicks;

    private readonly Dictionary<NodeId, string> _heard = [];
    private readonly List<(NodeId To, string Name)> _due = [];
    private readonly Dictionary<string, ulong> _refused = [];
    private string _speaker = "";
    private ulong _ticks;

    /// <summary>A message of that VN is given to the sequencer.</summary>
    public void OnPeer(string name) => _speaker = name;

    /// <summary>It has come to consensus, as that incarnation's.</summary>
    public void OnHeard(NodeId from) => _heard[from] = _speaker;

    /// <summary>Consensus has something for that incarnation.</summary>
    public void OnWanted(NodeId to)
    {
        if (_heard.TryGetValue(to, out string? name)) _due.Add((to, name));
    }

    /// <summary>It leaves this VN.</summary>
    public void OnSent(string name, NodeId to) => _due.Remove((to, name));

    /// <summary>All that the sequencer had to do in one step is done.</summary>
    /// <param name="committed">
    /// What this VN knew to be committed before or after it: nothing leaves for those whose lease has ended, and another VN may have been given
    /// the number by which entries that were lost called this one.
    /// </param>
    public void OnStepped(params ReadOnlySpan<GovernanceState?> committed)
    {
        foreach ((NodeId to, string name) in _due)
        {
            bool isOther = false;
            foreach (GovernanceState? state in committed)
                isOther |= state?.Find(to) is { } record && (record.IsQuarantined || record.Name != name)
                    || (state?.CurrentOf(name) is { IsQuarantined: true } current && current.Id > to);
            if (!isOther) cluster.World.Violate("addressing", $"{host.Name} has something for incarnation {to} and does not send it to {name}, which has spoken as it");
        }
        _due.Clear();
    }

    public void OnTick(ManagerProcess manager)
    {
        _ticks++;
        if (manager.Replica.Consensus is not { } consensus) return;
        foreach (NodeId voter in consensus.Configuration.Voters.Union(consensus.Configuration.OutgoingVoters))
        {
            if (cluster.HostOf(voter) is not { } other || other == host) continue;
            if (manager.Admits(other.Name)) _refused.Remove(other.Name);
            else if (_ticks - (_refused.TryAdd(other.Name, _ticks) ? _ticks : _refused[other.Name]) > LongestRefusalTicks)
                cluster.World.Violate("addressing", $"{host.Name} refuses the links of {other.Name}, which votes");
        }
    }
}
