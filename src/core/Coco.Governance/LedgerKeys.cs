using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// Follows the public parts of a ledger from its genesis entry, trusting nothing but the network id: who held which key, and who
/// voted at each index. Every request's signature is verified on the way. For offline verification.
/// </summary>
/// <param name="expected">The network's identity; null takes it from the genesis entry that is read.</param>
public sealed class LedgerKeys(NetworkId? expected = null)
{
    private readonly SortedDictionary<NodeId, ReadOnlyMemory<byte>> _keys = [];
    private readonly List<(LogIndex From, Membership Membership)> _memberships = [];

    /// <summary>Null before the genesis entry.</summary>
    public GovernanceState? State { get; private set; }

    /// <summary>Goes on from the state of a snapshot of the ledger, which the caller trusts.</summary>
    public static LedgerKeys From(LogIndex index, GovernanceState state)
    {
        var keys = new LedgerKeys(state.Network);
        keys.Keep(index, state);
        return keys;
    }

    /// <summary>Takes the next governance entry's public part; indexes rise. Null, or why the entry cannot be in a true ledger.</summary>
    public GovernanceRefusal? Take(LogIndex index, ReadOnlySpan<byte> publicPart)
    {
        Invariant.Holds(_memberships.Count == 0 || _memberships[^1].From < index, "public parts are taken in the order of the ledger");
        if (!GovernanceEntryCodec.TryDecode(publicPart, out GovernanceEntry? entry))
            return new GovernanceRefusal(GovernanceCheck.Malformed, "the public part is not a governance entry");
        if (State is null) return Begin(index, entry);
        GovernanceStep step = State.Apply(entry);
        if (step.IsAccepted) Keep(index, step.State);
        return step.Refusal;
    }

    /// <summary>The P-256 point of an incarnation, also of one that has gone.</summary>
    public bool TryGetKey(NodeId node, out ReadOnlyMemory<byte> publicKey) => _keys.TryGetValue(node, out publicKey);

    /// <summary>Who takes part from the last configuration entry at or before <paramref name="index"/> on; null before the genesis.</summary>
    public Membership? MembershipAt(LogIndex index)
    {
        int low = 0, high = _memberships.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_memberships[middle].From <= index) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? null : _memberships[low - 1].Membership;
    }

    private GovernanceRefusal? Begin(LogIndex index, GovernanceEntry entry)
    {
        if (entry is not GovernanceEntry.Genesis genesis)
            return new GovernanceRefusal(GovernanceCheck.Genesis, "the first governance entry is not a genesis entry");
        if (!GovernanceState.TryBegin(genesis, out GovernanceState? state, out GovernanceRefusal? refusal)) return refusal;
        if (expected is { } network && state.Network != network)
            return new GovernanceRefusal(GovernanceCheck.Network, $"the ledger is of the network {state.Network}, not {network}");
        Keep(index, state);
        return null;
    }

    private void Keep(LogIndex index, GovernanceState state)
    {
        if (State is null || !State.Membership.Equals(state.Membership)) _memberships.Add((index, state.Membership));
        foreach (NodeRecord node in state.Nodes) _keys.TryAdd(node.Id, node.PublicKey);
        State = state;
    }
}
