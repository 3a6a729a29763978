using System.Collections.Immutable;
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
        ReadOnlyMemory<byte> Evidence) : GovernanceEntry(UnixMs, Membership)
    {
        /// <summary>By the operator's key of the VN list (<see cref="OwnerStatement"/>); empty where that names none.</summary>
        public ReadOnlyMemory<byte> OperatorSignature { get; init; }
    }

    /// <summary>A proposal, ballot or withdrawal of a member.</summary>
    public sealed record Request(ulong UnixMs, SignedRequest Signed) : GovernanceEntry(UnixMs, (Membership?)null);

    /// <summary>A VN's incarnation is admitted as a learner or voter: its first, or one that replaces the incarnation before.</summary>
    /// <param name="Id">The state's next node id.</param>
    /// <param name="Replaces">The incarnation before; null for a VN that joins for the first time.</param>
    public sealed record NodeAdmitted(
        ulong UnixMs, Membership? Membership, string Node, NodeId Id, ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Evidence,
        NodeId? Replaces) : GovernanceEntry(UnixMs, Membership)
    {
        /// <summary>As in <see cref="Genesis"/>.</summary>
        public ReadOnlyMemory<byte> OperatorSignature { get; init; }
    }

    /// <summary>An incarnation takes part no more: its VN was removed from the list or left.</summary>
    public sealed record NodeRetired(ulong UnixMs, Membership? Membership, NodeId Id) : GovernanceEntry(UnixMs, Membership);

    /// <summary>Only who takes part changes: a learner becomes a voter, a joint configuration ends.</summary>
    public sealed record MembershipChanged(ulong UnixMs, Membership? Membership) : GovernanceEntry(UnixMs, Membership);

    /// <summary>Incarnations gave fresh evidence (TEE-3); quarantined ones take part again, as the membership says.</summary>
    /// <param name="Renewals">Of rising ids.</param>
    public sealed record LeasesRenewed(
        ulong UnixMs, Membership? Membership, ImmutableArray<Renewal> Renewals) : GovernanceEntry(UnixMs, Membership);

    /// <summary>Incarnations did not renew in time: they are quarantined, outside of the membership.</summary>
    /// <param name="Ids">Rising.</param>
    public sealed record LeasesEnded(
        ulong UnixMs, Membership? Membership, ImmutableArray<NodeId> Ids) : GovernanceEntry(UnixMs, Membership);
}

/// <summary>Fresh evidence of an incarnation, made for the leader's nonce.</summary>
/// <param name="Evidence">Encoded; its report data names the VN's key and the nonce.</param>
public sealed record Renewal(NodeId Id, Hash256 Nonce, ReadOnlyMemory<byte> Evidence);
