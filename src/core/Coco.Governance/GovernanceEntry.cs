using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// The public part of a governance entry (docs/formats/governance-entry.md). Everyone who holds the ledger reads these and comes
/// to the same <see cref="GovernanceState"/>.
/// </summary>
/// <param name="UnixMs">The leader's clock when it made the entry; requests' ages are judged by it.</param>
/// <param name="Membership">Who takes part in consensus from here on, where the entry is a configuration entry too; otherwise null.</param>
public abstract record GovernanceEntry(ulong UnixMs, Membership? Membership)
{
    /// <summary>The first entry of a network; the SHA-256 of its encoding is the <see cref="NetworkId"/>.</summary>
    /// <param name="Constitution">Canonical bytes.</param>
    /// <param name="Node">The name of the first VN; its id is 1.</param>
    /// <param name="PublicKey">Its P-256 point, 65 bytes.</param>
    /// <param name="Evidence">Its encoded evidence.</param>
    public sealed record Genesis(
        ulong UnixMs, Membership? Membership, ReadOnlyMemory<byte> Constitution, string Node, ReadOnlyMemory<byte> PublicKey,
        ReadOnlyMemory<byte> Evidence) : GovernanceEntry(UnixMs, Membership);

    /// <summary>A proposal, ballot or withdrawal of a member.</summary>
    public sealed record Request(ulong UnixMs, SignedRequest Signed) : GovernanceEntry(UnixMs, (Membership?)null);

    /// <summary>A VN's incarnation is admitted as a learner or voter: its first, or one that replaces the incarnation before.</summary>
    /// <param name="Id">The state's next node id.</param>
    /// <param name="Replaces">The incarnation before; null for a VN that joins for the first time.</param>
    public sealed record NodeAdmitted(
        ulong UnixMs, Membership? Membership, string Node, NodeId Id, ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Evidence,
        NodeId? Replaces) : GovernanceEntry(UnixMs, Membership);

    /// <summary>An incarnation takes part no more: its VN was removed from the list or left.</summary>
    public sealed record NodeRetired(ulong UnixMs, Membership? Membership, NodeId Id) : GovernanceEntry(UnixMs, Membership);

    /// <summary>Only who takes part changes: a learner becomes a voter, a joint configuration ends.</summary>
    public sealed record MembershipChanged(ulong UnixMs, Membership? Membership) : GovernanceEntry(UnixMs, Membership);
}
