using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Finds that the network goes on without this incarnation: it was replaced or retired without learning of it, or all others have
/// new incarnations whose keys it doesn't know. A new start then joins it again. Messages of strangers can't tell it, so it asks. A new
/// start helps also where this VN alone holds a change of who takes part, and finds no quorum for it.
/// </summary>
internal sealed class LeftBehind(ReplicaContext context)
{
    private readonly Dictionary<NodeId, (LogPosition End, ulong At)> _shown = [];
    private ulong _lonelySince;
    private ulong _nextProbe;
    private ulong? _goesOnSince;

    /// <summary>It has heard of no quorum for some time.</summary>
    public bool IsLonely => context.Now - _lonelySince >= Limits.LonelyTicks;

    public void OnTick(Func<IReadOnlyCollection<string>> peers)
    {
        if (context.Consensus.Status.HasQuorum && !context.IsQuarantined) _lonelySince = context.Now;
        if (!IsLonely) _goesOnSince = null;
        if (!IsLonely || context.Now < _nextProbe) return;
        _nextProbe = context.Now + Limits.ProbeTicks;
        var probe = new Probe(
            context.Start.Boot, context.Self, context.Consensus.Status.Term, context.Tail.Last, context.Tail.LastPosition.Term);
        foreach (string peer in peers()) context.Effects.Add(new SendEffect(peer, probe));
    }

    /// <summary>It takes part from now on, or the leader knows this incarnation and waits for its evidence.</summary>
    public void Heard() => _lonelySince = context.Now;

    /// <summary>What a VN that takes part shows to one that starts.</summary>
    /// <param name="livesWithoutIt">Where this VN leads: the others can be a quorum without the one that asks.</param>
    public ProbeAnswer Show(ulong boot, bool livesWithoutIt)
    {
        ConsensusStatus status = context.Consensus.Status;
        string leader = status.Leader is { } node ? context.NameOf(node) ?? "" : "";
        // Consensus stands still in a quarantined VN, as it was when the quarantine began.
        bool hasQuorum = !context.IsQuarantined && status.HasQuorum && leader.Length > 0 && livesWithoutIt;
        return new ProbeAnswer(
            boot, hasQuorum ? ProbeState.HasQuorum : ProbeState.NoQuorum, context.Self, status.Term, status.Last,
            MembershipDesk.ToMembership(status.Configuration), context.Contacts(), hasQuorum ? leader : "");
    }

    /// <summary>Why a new start is needed, where this VN hears of no quorum; null: it is not.</summary>
    public string? OnAnswer(ProbeAnswer answer)
    {
        if (answer.Boot != context.Start.Boot || !IsLonely) return null;
        if (answer.State == ProbeState.HasQuorum) return IsReached(answer) ? null : "the network goes on, and does not reach this incarnation";
        context.LearnFrom(answer);
        if (answer.Self != NodeId.None) _shown[answer.Self] = (answer.End, context.Now);
        return LostChange.Find(context, context.Self, EndShownBy) is { } lost ? $"entry {lost} is a change of who takes part that no quorum holds" : null;
    }

    /// <summary>
    /// After a partition the answer of one VN may come before the leader's next message: where the network still counts on this incarnation,
    /// it has some time to reach it. That may fail for good: the others may have new incarnations whose keys this one does not know.
    /// </summary>
    private bool IsReached(ProbeAnswer answer)
    {
        _goesOnSince ??= context.Now;
        return answer.Membership?.Contains(context.Self) == true && context.Now - _goesOnSince < Limits.ReachTicks;
    }

    private LogPosition? EndShownBy(NodeId node) =>
        _shown.TryGetValue(node, out (LogPosition End, ulong At) shown) && context.Now - shown.At <= 3 * Limits.ProbeTicks ? shown.End : null;
}
