using System.Collections.Immutable;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// What renewed and ended leases do (TEE-3). That a lease has run out, and that evidence holds, is judged by the leader's manager before
/// it proposes an entry; here is judged what must hold whoever proposed it.
/// </summary>
internal static class LeaseRules
{
    public static GovernanceStep Renew(GovernanceState state, GovernanceEntry.LeasesRenewed entry)
    {
        if (Obstacle(state, entry.Renewals.Select(renewal => renewal.Id)) is { } problem) return state.Refuse(GovernanceCheck.NodeId, problem);
        GovernanceState next = state;
        var events = new List<GovernanceEvent>();
        foreach (Renewal renewal in entry.Renewals)
        {
            NodeRecord node = next.Find(renewal.Id)!;
            if (renewal.Evidence.IsEmpty) return state.Refuse(GovernanceCheck.Lease, $"there is no evidence of {renewal.Id}");
            if (node.IsQuarantined && entry.Membership?.Contains(node.Id) != true)
                return state.Refuse(GovernanceCheck.Membership, $"the entry does not say how {node.Id} takes part again");
            next = With(next, node, node with
            {
                EvidenceDigest = Sha256.Hash(renewal.Evidence.Span),
                AttestedAtUnixMs = Math.Max(node.AttestedAtUnixMs, entry.UnixMs),
                Quarantine = Quarantine.None,
            });
            events.Add(new GovernanceEvent.LeaseRenewed(node.Id, node.Name));
        }
        return NodeRules.WithMembership(state, next, entry, [.. events]);
    }

    public static GovernanceStep End(GovernanceState state, GovernanceEntry.LeasesEnded entry)
    {
        if (state.Constitution.Leases is null) return state.Refuse(GovernanceCheck.Lease, "the constitution knows no leases");
        if (Obstacle(state, entry.Ids) is { } problem) return state.Refuse(GovernanceCheck.NodeId, problem);
        if (entry.Membership is not { } membership) return state.Refuse(GovernanceCheck.Membership, "the entry does not say who stays");
        if (LosesLastQuorum(state, membership)) return state.Refuse(GovernanceCheck.Lease, "those who stay would not be a majority of all");
        GovernanceState next = state;
        var events = new List<GovernanceEvent>();
        foreach (NodeId id in entry.Ids)
        {
            NodeRecord node = next.Find(id)!;
            if (node.IsQuarantined) return state.Refuse(GovernanceCheck.Lease, $"{id} is quarantined already");
            next = With(next, node, node with { Quarantine = state.Membership.IsVoter(id) ? Quarantine.OfVoter : Quarantine.OfLearner });
            events.Add(new GovernanceEvent.LeaseEnded(node.Id, node.Name));
        }
        return NodeRules.WithMembership(state, next, entry, [.. events]);
    }

    /// <summary>
    /// Expiry goes on without a vote, so it stops where a minority would be left to decide: whoever turns a leader's clock cannot
    /// shrink the network to the VNs of its choice.
    /// </summary>
    private static bool LosesLastQuorum(GovernanceState state, Membership after)
    {
        int former = state.Nodes.Count(node => node.IsCurrent && node.Quarantine == Quarantine.OfVoter);
        int all = former + state.Membership.Voters.Length;
        return after.Voters.Count(state.Membership.Voters.Contains) * 2 <= all;
    }

    private static string? Obstacle(GovernanceState state, IEnumerable<NodeId> ids)
    {
        NodeId last = NodeId.None;
        foreach (NodeId id in ids)
        {
            if (id.Value <= last.Value) return "the incarnations are not in order, or one stands twice";
            if (state.Find(id) is not { IsCurrent: true }) return $"{id} is not the incarnation of any VN";
            last = id;
        }
        return last == NodeId.None ? "the entry names nobody" : null;
    }

    private static GovernanceState With(GovernanceState state, NodeRecord before, NodeRecord after) =>
        state with { Nodes = state.Nodes.Replace(before, after) };
}
