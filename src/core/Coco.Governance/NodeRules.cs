using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>What genesis, admission, retirement and membership entries do. Evidence is judged by the manager before it proposes one.</summary>
internal static class NodeRules
{
    private static readonly NodeId FirstNode = new(1);

    public static bool TryBegin(
        GovernanceEntry.Genesis genesis, [NotNullWhen(true)] out GovernanceState? state,
        [NotNullWhen(false)] out GovernanceRefusal? refusal)
    {
        state = null;
        var membership = new Membership([FirstNode], [], []);
        Constitution? constitution = Constitution.Parse(genesis.Constitution, out IReadOnlyList<DocumentError> errors);
        refusal = constitution switch
        {
            null => new GovernanceRefusal(GovernanceCheck.Malformed, $"the constitution is not valid: {errors[0]}"),
            _ when !constitution.ToCanonicalBytes().AsSpan().SequenceEqual(genesis.Constitution.Span) =>
                new GovernanceRefusal(GovernanceCheck.Malformed, "the constitution is not in its canonical form"),
            _ when constitution.FindNode(genesis.Node) is null =>
                new GovernanceRefusal(GovernanceCheck.Node, $"the VN '{genesis.Node}' is not in the list"),
            _ when genesis.Membership is not null && !genesis.Membership.Equals(membership) =>
                new GovernanceRefusal(GovernanceCheck.Membership, "a network begins with its first VN as the only voter"),
            _ when !IsPoint(genesis.PublicKey) => new GovernanceRefusal(GovernanceCheck.NodeKey, "the VN's key is not a P-256 point"),
            _ when OwnerStatement.Obstacle(
                    constitution.FindNode(genesis.Node)!, constitution.ComputeDigest(), genesis.PublicKey.Span, genesis.OperatorSignature.Span) is { } problem =>
                new GovernanceRefusal(GovernanceCheck.Owner, $"the key of '{genesis.Node}' {problem}"),
            _ => null,
        };
        if (refusal is not null) return false;
        var node = new NodeRecord(
            genesis.Node, FirstNode, genesis.PublicKey, Sha256.Hash(genesis.Evidence.Span), Incarnation: 1, IsCurrent: true)
        {
            AttestedAtUnixMs = genesis.UnixMs,
        };
        state = new GovernanceState(
            GovernanceEntryCodec.NetworkIdOf(genesis), constitution!, new GovernanceVersion(1), [node], new NodeId(2), membership, [], [],
            [.. constitution!.Members.Select(member => new MemberStanding(member.Name, 0, 0))]);
        return true;
    }

    public static GovernanceStep Admit(GovernanceState state, GovernanceEntry.NodeAdmitted entry)
    {
        if (state.Constitution.FindNode(entry.Node) is not { } listed)
            return state.Refuse(GovernanceCheck.Node, $"the VN '{entry.Node}' is not in the list");
        if (entry.Id != state.NextNodeId)
            return state.Refuse(GovernanceCheck.NodeId, $"the next incarnation is {state.NextNodeId}, not {entry.Id}");
        NodeRecord? before = state.CurrentOf(entry.Node);
        if (before?.Id != entry.Replaces)
            return state.Refuse(GovernanceCheck.Replacement, $"the incarnation of '{entry.Node}' is {before?.Id.ToString() ?? "none"}");
        if (before is not null && !state.Constitution.IsRejoinAutomatic)
            return state.Refuse(GovernanceCheck.Replacement, "the constitution lets no VN rejoin by itself: remove it and add it by vote");
        if (!IsPoint(entry.PublicKey)) return state.Refuse(GovernanceCheck.NodeKey, "the VN's key is not a P-256 point");
        if (state.Nodes.Any(node => node.PublicKey.Span.SequenceEqual(entry.PublicKey.Span)))
            return state.Refuse(GovernanceCheck.NodeKey, "the VN's key is known: each incarnation makes its own");
        if (OwnerStatement.Obstacle(listed, state.Network.Value, entry.PublicKey.Span, entry.OperatorSignature.Span) is { } problem)
            return state.Refuse(GovernanceCheck.Owner, $"the key of '{entry.Node}' {problem}");
        if (entry.Membership is null || !entry.Membership.Contains(entry.Id))
            return state.Refuse(GovernanceCheck.Membership, "the entry does not say how the incarnation takes part");
        var node = new NodeRecord(
            entry.Node, entry.Id, entry.PublicKey, Sha256.Hash(entry.Evidence.Span), (before?.Incarnation ?? 0) + 1, IsCurrent: true)
        {
            AttestedAtUnixMs = entry.UnixMs,
        };
        GovernanceState next = WithoutCurrent(state, before) with { NextNodeId = new NodeId(checked(entry.Id.Value + 1)) };
        next = next with { Nodes = next.Nodes.Add(node) };
        return WithMembership(state, next, entry, new GovernanceEvent.NodeAdmitted(entry.Id, entry.Node, entry.Replaces));
    }

    public static GovernanceStep Retire(GovernanceState state, GovernanceEntry.NodeRetired entry)
    {
        if (state.Find(entry.Id) is not { IsCurrent: true } node)
            return state.Refuse(GovernanceCheck.NodeId, $"{entry.Id} is not the incarnation of any VN");
        if (state.Constitution.FindNode(node.Name) is not null)
            return state.Refuse(GovernanceCheck.Node, $"the VN '{node.Name}' is still in the list: remove it by vote first");
        return WithMembership(state, WithoutCurrent(state, node), entry, new GovernanceEvent.NodeRetired(node.Id, node.Name));
    }

    public static GovernanceStep Change(GovernanceState state, GovernanceEntry.MembershipChanged entry) =>
        entry.Membership is null
            ? state.Refuse(GovernanceCheck.Membership, "the entry does not say who takes part")
            : WithMembership(state, state, entry);

    /// <summary>Marks an incarnation as replaced or retired; it stays known while a quorum needs its key.</summary>
    private static GovernanceState WithoutCurrent(GovernanceState state, NodeRecord? node) =>
        node is null ? state : state with { Nodes = state.Nodes.Replace(node, node with { IsCurrent = false }) };

    /// <summary>Ends a change of nodes: checks who takes part, and forgets those that no quorum needs any more.</summary>
    internal static GovernanceStep WithMembership(
        GovernanceState old, GovernanceState next, GovernanceEntry entry, params ReadOnlySpan<GovernanceEvent> happened)
    {
        Membership membership = entry.Membership ?? old.Membership;
        if (Obstacle(old, next, membership) is { } reason) return old.Refuse(GovernanceCheck.Membership, reason);
        // One that left with this very entry may yet lead, and sign, until the entry is committed: its key is known up to the next change.
        ImmutableArray<NodeRecord> known = next.Nodes.RemoveAll(
            node => !node.IsCurrent && !membership.Contains(node.Id) && !old.Membership.Contains(node.Id));
        var events = ImmutableArray.CreateBuilder<GovernanceEvent>();
        events.AddRange(happened);
        if (!membership.Equals(old.Membership)) events.Add(new GovernanceEvent.MembershipChanged(membership));
        return new GovernanceStep(next with { Nodes = known, Membership = membership }, null, events.ToImmutable());
    }

    private static string? Obstacle(GovernanceState old, GovernanceState next, Membership membership)
    {
        if (membership.Voters.IsEmpty) return "there would be no voter";
        foreach (NodeId id in membership.Voters.Concat(membership.Learners))
        {
            if (next.Find(id) is not { IsCurrent: true } node) return $"{id} is not the incarnation of any VN";
            if (node.IsQuarantined) return $"{id} is quarantined";
        }
        if (membership.Voters.Intersect(membership.Learners).Any()) return "a voter cannot be a learner too";
        bool isOutgoingKnown = membership.OutgoingVoters.IsEmpty
            || membership.OutgoingVoters.AsSpan().SequenceEqual(old.Membership.Voters.AsSpan())
            || membership.OutgoingVoters.AsSpan().SequenceEqual(old.Membership.OutgoingVoters.AsSpan());
        return isOutgoingKnown ? null : "the outgoing voters are not those before";
    }

    internal static bool IsPoint(ReadOnlyMemory<byte> publicKey) => publicKey.Length == P256.PointSize && P256.IsKey(publicKey.Span);
}
