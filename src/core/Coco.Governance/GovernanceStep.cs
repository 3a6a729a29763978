using System.Collections.Immutable;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>What one entry did: a new state and events, or a refusal and the same state.</summary>
public sealed record GovernanceStep(GovernanceState State, GovernanceRefusal? Refusal, ImmutableArray<GovernanceEvent> Events)
{
    public bool IsAccepted => Refusal is null;
}

/// <summary>Why an entry was not accepted, by a name for programs and a sentence for people.</summary>
public sealed record GovernanceRefusal(GovernanceCheck Check, string Reason);

/// <summary>The check that refused an entry.</summary>
public enum GovernanceCheck : byte
{
    Malformed = 1,
    Genesis,
    Network,
    Member,
    Certificate,
    Signature,
    CreatedAt,
    Duplicate,
    Limit,
    Proposal,
    Action,
    Proposer,
    Node,
    NodeId,
    NodeKey,
    Replacement,
    Membership,
    Owner,
    Lease,
}

/// <summary>What an accepted entry brought about.</summary>
public abstract record GovernanceEvent
{
    public sealed record ProposalOpened(ProposalId Id) : GovernanceEvent;

    public sealed record BallotRecorded(ProposalId Id, string Member, bool IsAccepting) : GovernanceEvent;

    public sealed record ProposalEnded(ClosedProposal Proposal) : GovernanceEvent;

    /// <summary>The constitution is another one, and the version is higher.</summary>
    public sealed record ConstitutionChanged(GovernanceVersion Version) : GovernanceEvent;

    /// <summary>The VN left the list: the leader proposes to retire its incarnation.</summary>
    public sealed record RetirementDue(NodeId Id, string Node) : GovernanceEvent;

    public sealed record NodeAdmitted(NodeId Id, string Node, NodeId? Replaces) : GovernanceEvent;

    public sealed record NodeRetired(NodeId Id, string Node) : GovernanceEvent;

    public sealed record MembershipChanged(Membership Membership) : GovernanceEvent;

    public sealed record LeaseRenewed(NodeId Id, string Node) : GovernanceEvent;

    /// <summary>The incarnation is quarantined.</summary>
    public sealed record LeaseEnded(NodeId Id, string Node) : GovernanceEvent;
}
