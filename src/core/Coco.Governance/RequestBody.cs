using System.Collections.Immutable;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>What a member asks for.</summary>
public abstract record RequestBody
{
    /// <summary>Opens a proposal. Nobody's vote is implied, not even the proposer's.</summary>
    public sealed record Proposal(ImmutableArray<GovernanceAction> Actions) : RequestBody;

    /// <summary>Votes on an open proposal; a later ballot of the same member replaces an earlier one.</summary>
    public sealed record Ballot(ProposalId Id, bool IsAccepting) : RequestBody;

    /// <summary>Takes one's own open proposal back.</summary>
    public sealed record Withdrawal(ProposalId Id) : RequestBody;
}

/// <summary>SHA-256 of the proposal's request (without its signature, which ECDSA may make anew each time).</summary>
public readonly record struct ProposalId(Hash256 Value) : IComparable<ProposalId>
{
    public int CompareTo(ProposalId other) => Value.CompareTo(other.Value);

    public static bool operator <(ProposalId left, ProposalId right) => left.Value < right.Value;
    public static bool operator >(ProposalId left, ProposalId right) => left.Value > right.Value;
    public static bool operator <=(ProposalId left, ProposalId right) => left.Value <= right.Value;
    public static bool operator >=(ProposalId left, ProposalId right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString();
}
