using System.Collections.Immutable;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>What proposals, ballots and withdrawals do.</summary>
internal static class RequestRules
{
    public static GovernanceStep Apply(GovernanceState state, GovernanceEntry.Request entry)
    {
        SignedRequest signed = entry.Signed;
        if (signed.TryRead(out string? problem) is not { } request) return state.Refuse(GovernanceCheck.Malformed, $"the request {problem}");
        if (request.Network != state.Network)
            return state.Refuse(GovernanceCheck.Network, $"the request is for the network {request.Network}, this is {state.Network}");
        if (state.Constitution.FindMember(request.Member) is not { } member)
            return state.Refuse(GovernanceCheck.Member, $"'{request.Member}' is not a member");
        if (member.Certificate.Fingerprint != signed.Fingerprint)
            return state.Refuse(GovernanceCheck.Certificate, $"the certificate is not the one of '{member.Name}' in the constitution");
        if (!member.Certificate.Verify(signed.Request.Span, signed.Signature.Span))
            return state.Refuse(GovernanceCheck.Signature, $"the signature is not one of '{member.Name}' over this request");
        if (request.CreatedAtUnixMs > entry.UnixMs && request.CreatedAtUnixMs - entry.UnixMs > Limits.MaxClockLeadMs)
            return state.Refuse(GovernanceCheck.CreatedAt, "the request was made in the future: set the member's clock and prepare it again");
        MemberStanding standing = state.Standings.First(known => known.Member == member.Name);
        if (request.CreatedAtUnixMs <= standing.SinceUnixMs)
            return state.Refuse(GovernanceCheck.CreatedAt, $"the request was made before '{member.Name}' became a member");
        return request.Body switch
        {
            RequestBody.Proposal proposal => Propose(state, signed.ComputeId(), request, proposal, standing),
            RequestBody.Ballot ballot => Vote(state, request, ballot),
            RequestBody.Withdrawal withdrawal => Withdraw(state, request, withdrawal),
            _ => throw new InvariantException("every request has a rule"),
        };
    }

    private static GovernanceStep Propose(
        GovernanceState state, ProposalId id, GovernanceRequest request, RequestBody.Proposal proposal, MemberStanding standing)
    {
        if (state.StateOf(id) is not null) return state.Refuse(GovernanceCheck.Duplicate, "the proposal was recorded already");
        if (request.CreatedAtUnixMs <= standing.LastProposalUnixMs)
            return state.Refuse(GovernanceCheck.Duplicate, "the member's last proposal is as young or younger: prepare this one again");
        if (state.OpenProposals.Length >= Limits.MaxOpenProposals)
            return state.Refuse(GovernanceCheck.Limit, $"{Limits.MaxOpenProposals} proposals are open: vote on one first");
        if (state.OpenProposals.Count(open => open.Request.Member == request.Member) >= Limits.MaxOpenProposalsOfMember)
            return state.Refuse(GovernanceCheck.Limit, $"the member has {Limits.MaxOpenProposalsOfMember} open proposals: withdraw one first");
        if (GovernanceAction.ApplyAll(state.Constitution, proposal.Actions, out string? reason) is null)
            return state.Refuse(GovernanceCheck.Action, reason!);
        GovernanceState next = state with
        {
            OpenProposals = state.OpenProposals.Add(new OpenProposal(id, request, [])),
            Standings = state.Standings.Replace(standing, standing with { LastProposalUnixMs = request.CreatedAtUnixMs }),
        };
        var events = ImmutableArray.CreateBuilder<GovernanceEvent>();
        events.Add(new GovernanceEvent.ProposalOpened(id));
        return new GovernanceStep(Decide(next, events), null, events.ToImmutable());
    }

    private static GovernanceStep Vote(GovernanceState state, GovernanceRequest request, RequestBody.Ballot vote)
    {
        if (FindOpen(state, vote.Id, out GovernanceStep? refusal) is not { } proposal) return refusal!;
        CastBallot? before = proposal.Ballots.FirstOrDefault(cast => cast.Member == request.Member);
        if (before is not null && request.CreatedAtUnixMs <= before.CreatedAtUnixMs)
            return state.Refuse(GovernanceCheck.Duplicate, "the member's last ballot is as young or younger: prepare this one again");
        var ballot = new CastBallot(request.Member, vote.IsAccepting, request.CreatedAtUnixMs);
        ImmutableArray<CastBallot> ballots = before is null ? proposal.Ballots.Add(ballot) : proposal.Ballots.Replace(before, ballot);
        var events = ImmutableArray.CreateBuilder<GovernanceEvent>();
        events.Add(new GovernanceEvent.BallotRecorded(proposal.Id, request.Member, vote.IsAccepting));
        GovernanceState next = state with { OpenProposals = state.OpenProposals.Replace(proposal, proposal with { Ballots = ballots }) };
        return new GovernanceStep(Decide(next, events), null, events.ToImmutable());
    }

    private static GovernanceStep Withdraw(GovernanceState state, GovernanceRequest request, RequestBody.Withdrawal withdrawal)
    {
        if (FindOpen(state, withdrawal.Id, out GovernanceStep? refusal) is not { } proposal) return refusal!;
        if (proposal.Request.Member != request.Member)
            return state.Refuse(GovernanceCheck.Proposer, $"only '{proposal.Request.Member}' can withdraw its proposal");
        var events = ImmutableArray.CreateBuilder<GovernanceEvent>();
        GovernanceState next = Close(state, proposal, ProposalState.Withdrawn, "", events);
        return new GovernanceStep(next, null, events.ToImmutable());
    }

    private static OpenProposal? FindOpen(GovernanceState state, ProposalId id, out GovernanceStep? refusal)
    {
        OpenProposal? proposal = state.OpenProposals.FirstOrDefault(open => open.Id == id);
        string why = state.StateOf(id) is { } ended ? $"the proposal is not open: {ended}" : "there is no such proposal";
        refusal = proposal is null ? state.Refuse(GovernanceCheck.Proposal, why) : null;
        return proposal;
    }

    /// <summary>Ends every proposal that is decided. One that changes the constitution may decide others: until none is left.</summary>
    private static GovernanceState Decide(GovernanceState state, ImmutableArray<GovernanceEvent>.Builder events)
    {
        while (state.OpenProposals.FirstOrDefault(open => open.Count(state.Constitution) != ProposalState.Open) is { } decided)
        {
            state = decided.Count(state.Constitution) == ProposalState.Rejected
                ? Close(state, decided, ProposalState.Rejected, "", events)
                : CarryOut(state, decided, events);
        }
        return state;
    }

    private static GovernanceState CarryOut(
        GovernanceState state, OpenProposal proposal, ImmutableArray<GovernanceEvent>.Builder events)
    {
        Constitution? changed = GovernanceAction.ApplyAll(state.Constitution, proposal.Actions, out string? reason);
        if (changed is null) return Close(state, proposal, ProposalState.Failed, reason!, events);
        GovernanceState next = Close(state, proposal, ProposalState.Accepted, "", events) with
        {
            Constitution = changed,
            Version = state.Version.Next(),
            Standings = StandingsAfter(state, changed, proposal.Request.CreatedAtUnixMs),
        };
        events.Add(new GovernanceEvent.ConstitutionChanged(next.Version));
        foreach (NodeRecord due in next.DueForRetirement.Except(state.DueForRetirement))
            events.Add(new GovernanceEvent.RetirementDue(due.Id, due.Name));
        return DropFormerMembers(next, events);
    }

    /// <summary>Members that stay keep their standing; those that left and came back in one proposal are new.</summary>
    private static ImmutableArray<MemberStanding> StandingsAfter(GovernanceState state, Constitution changed, ulong sinceUnixMs)
    {
        var standings = ImmutableArray.CreateBuilder<MemberStanding>(changed.Members.Length);
        foreach (Member member in changed.Members)
        {
            bool stays = state.Constitution.Members.Any(before => ReferenceEquals(before, member));
            standings.Add(stays
                ? state.Standings.First(standing => standing.Member == member.Name)
                : new MemberStanding(member.Name, sinceUnixMs, sinceUnixMs));
        }
        return standings.MoveToImmutable();
    }

    /// <summary>Ballots of those who are members no more do not count, and their proposals end.</summary>
    private static GovernanceState DropFormerMembers(GovernanceState state, ImmutableArray<GovernanceEvent>.Builder events)
    {
        foreach (OpenProposal proposal in state.OpenProposals)
        {
            if (!IsSince(state, proposal.Request.Member, proposal.Request.CreatedAtUnixMs))
            {
                state = Close(state, proposal, ProposalState.Withdrawn, "its proposer is a member no more", events);
                continue;
            }
            ImmutableArray<CastBallot> kept = proposal.Ballots.RemoveAll(b => !IsSince(state, b.Member, b.CreatedAtUnixMs));
            if (kept.Length < proposal.Ballots.Length)
                state = state with { OpenProposals = state.OpenProposals.Replace(proposal, proposal with { Ballots = kept }) };
        }
        return state;
    }

    private static bool IsSince(GovernanceState state, string member, ulong createdAtUnixMs) =>
        state.Standings.Any(standing => standing.Member == member && standing.SinceUnixMs < createdAtUnixMs);

    private static GovernanceState Close(
        GovernanceState state, OpenProposal proposal, ProposalState how, string reason, ImmutableArray<GovernanceEvent>.Builder events)
    {
        string shortened = reason.Length > Limits.MaxReasonLength ? reason[..Limits.MaxReasonLength] : reason;
        var closed = new ClosedProposal(proposal.Id, proposal.Request.Member, how, shortened);
        events.Add(new GovernanceEvent.ProposalEnded(closed));
        ImmutableArray<ClosedProposal> kept = state.ClosedProposals;
        if (kept.Length >= Limits.MaxClosedProposals) kept = kept.RemoveAt(0);
        return state with { OpenProposals = state.OpenProposals.Remove(proposal), ClosedProposals = kept.Add(closed) };
    }
}
