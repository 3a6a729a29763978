using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Finds that the network goes on without this incarnation: it was replaced or retired without learning of it, or all others have
/// new incarnations whose keys it doesn't know. A new start then joins it again. Messages of strangers can't tell it, so it asks.
/// </summary>
internal sealed class LeftBehind(ReplicaContext context)
{
    private ulong _lonelySince;
    private ulong _nextProbe;

    private bool IsLonely => context.Now - _lonelySince >= Limits.LonelyTicks;

    public void OnTick(Func<IReadOnlyCollection<string>> peers)
    {
        if (context.Consensus.Status.HasQuorum && !context.IsQuarantined) _lonelySince = context.Now;
        if (!IsLonely || context.Now < _nextProbe) return;
        _nextProbe = context.Now + Limits.ProbeTicks;
        var probe = new Probe(
            context.Start.Boot, context.Self, context.Consensus.Status.Term, context.Tail.Last, context.Tail.LastPosition.Term);
        foreach (string peer in peers()) context.Effects.Add(new SendEffect(peer, probe));
    }

    /// <summary>The leader knows this incarnation and waits for its evidence.</summary>
    public void Heard() => _lonelySince = context.Now;

    /// <summary>What a VN that takes part shows to one that starts.</summary>
    /// <param name="livesWithoutIt">Where this VN leads: the others can be a quorum without the one that asks.</param>
    public ProbeAnswer Show(ulong boot, bool livesWithoutIt)
    {
        ConsensusStatus status = context.Consensus.Status;
        string leader = status.Leader is { } node ? context.NameOf(node) ?? "" : "";
        bool hasQuorum = status.HasQuorum && leader.Length > 0 && livesWithoutIt;
        return new ProbeAnswer(
            boot, hasQuorum ? ProbeState.HasQuorum : ProbeState.NoQuorum, context.Self, status.Term, status.Last.Index, status.Last.Term,
            hasQuorum ? leader : "");
    }

    /// <summary>True when this VN hears nobody although another one says that a quorum lives.</summary>
    public bool OnAnswer(ProbeAnswer answer) =>
        answer.Boot == context.Start.Boot && answer.State == ProbeState.HasQuorum && IsLonely;
}
