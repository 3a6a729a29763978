using System.Collections.Immutable;

namespace Coco.Governance;

/// <summary>How a proposal stands.</summary>
public enum ProposalState : byte
{
    Open = 1,

    /// <summary>Enough accepted, and it was carried out.</summary>
    Accepted,

    /// <summary>So many rejected that it could not be accepted any more.</summary>
    Rejected,

    /// <summary>Taken back by its proposer, or its proposer is a member no more.</summary>
    Withdrawn,

    /// <summary>Enough accepted, but it could not be carried out.</summary>
    Failed,
}

/// <summary>A proposal that is being voted on.</summary>
/// <param name="Ballots">The latest ballot of each member that voted, in the order of their first ones.</param>
public sealed record OpenProposal(ProposalId Id, GovernanceRequest Request, ImmutableArray<CastBallot> Ballots)
{
    public ImmutableArray<GovernanceAction> Actions => ((RequestBody.Proposal)Request.Body).Actions;

    internal ImmutableArray<string> Accepting => [.. Ballots.Where(ballot => ballot.IsAccepting).Select(ballot => ballot.Member)];

    /// <summary>Open, Accepted or Rejected by the ballots and the policy as they are now.</summary>
    internal ProposalState Count(Constitution constitution)
    {
        ImmutableArray<string> accepting = Accepting;
        ImmutableArray<string> possible =
            [.. constitution.Members.Select(member => member.Name).Where(name => !Ballots.Any(b => b.Member == name && !b.IsAccepting))];
        bool isAccepted = true;
        foreach (GovernanceAction action in Actions)
        {
            VoteRule rule = constitution.VotingPolicy.RuleFor(action.Name);
            if (!rule.Holds(possible, constitution.Members)) return ProposalState.Rejected;
            isAccepted &= rule.Holds(accepting, constitution.Members);
        }
        return isAccepted ? ProposalState.Accepted : ProposalState.Open;
    }
}

/// <summary>A member's latest vote on a proposal.</summary>
public sealed record CastBallot(string Member, bool IsAccepting, ulong CreatedAtUnixMs);

/// <summary>A proposal whose vote has ended.</summary>
/// <param name="Reason">Why it failed or was withdrawn; otherwise empty.</param>
public sealed record ClosedProposal(ProposalId Id, string Proposer, ProposalState State, string Reason);
