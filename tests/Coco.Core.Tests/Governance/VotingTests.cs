using Coco.Governance;
using Coco.Primitives;

namespace Coco.Core.Tests.Governance;

public sealed class VotingTests
{
    private static readonly GovernanceAction SmallBatches = new GovernanceAction.SetBatchLimits(new BatchLimits(10, 4096));

    private readonly TestNetwork _network = new(TestNetwork.NewConstitution("ann", "bob", "cy-384"));

    [Fact]
    public void A_majority_carries_a_proposal_out()
    {
        ProposalId proposal = _network.Propose("ann", SmallBatches);
        Assert.True(_network.Vote("ann", proposal).IsAccepted);
        Assert.Equal(ProposalState.Open, _network.State.StateOf(proposal));
        Assert.Equal(10_000, _network.State.Constitution.BatchLimits.MaxTransactions);
        GovernanceStep step = _network.Vote("cy-384", proposal);
        Assert.Equal(ProposalState.Accepted, _network.State.StateOf(proposal));
        Assert.Equal(10, _network.State.Constitution.BatchLimits.MaxTransactions);
        Assert.Equal(new GovernanceVersion(2), _network.State.Version);
        Assert.Contains(new GovernanceEvent.ConstitutionChanged(new GovernanceVersion(2)), step.Events);
    }

    [Fact]
    public void Proposing_is_not_voting()
    {
        ProposalId proposal = _network.Propose("ann", SmallBatches);
        _network.Vote("bob", proposal);
        Assert.Equal(ProposalState.Open, _network.State.StateOf(proposal));
    }

    [Fact]
    public void A_proposal_that_cannot_win_any_more_is_rejected()
    {
        ProposalId proposal = _network.Propose("ann", SmallBatches);
        _network.Vote("bob", proposal, isAccepting: false);
        _network.Vote("cy-384", proposal, isAccepting: false);
        Assert.Equal(ProposalState.Rejected, _network.State.StateOf(proposal));
        Assert.Equal(new GovernanceVersion(1), _network.State.Version);
        Assert.Equal(GovernanceCheck.Proposal, _network.Vote("ann", proposal).Refusal!.Check);
    }

    [Fact]
    public void A_member_can_change_its_vote_but_an_old_ballot_cannot_be_sent_again()
    {
        ProposalId proposal = _network.Propose("ann", SmallBatches);
        SignedRequest accepting = TestNetwork.Sign(_network.Prepare("ann", new RequestBody.Ballot(proposal, true)));
        Assert.True(_network.Submit(accepting).IsAccepted);
        Assert.True(_network.Vote("ann", proposal, isAccepting: false).IsAccepted);
        Assert.Equal(GovernanceCheck.Duplicate, _network.Submit(accepting).Refusal!.Check);
        _network.Vote("bob", proposal);
        Assert.Equal(ProposalState.Open, _network.State.StateOf(proposal));
    }

    [Fact]
    public void The_same_proposal_is_recorded_once_also_after_it_ended()
    {
        SignedRequest request = TestNetwork.Sign(_network.Prepare("ann", new RequestBody.Proposal([SmallBatches])));
        Assert.True(_network.Submit(request).IsAccepted);
        Assert.Equal(GovernanceCheck.Duplicate, _network.Submit(request).Refusal!.Check);
        // Signed anew: another signature, the same request.
        GovernanceRequest same = request.TryRead(out _)!;
        Assert.Equal(GovernanceCheck.Duplicate, _network.Submit(TestNetwork.Sign(same)).Refusal!.Check);
        _network.Submit("ann", new RequestBody.Withdrawal(request.ComputeId()));
        Assert.Equal(ProposalState.Withdrawn, _network.State.StateOf(request.ComputeId()));
        Assert.Equal(GovernanceCheck.Duplicate, _network.Submit(request).Refusal!.Check);
    }

    [Fact]
    public void Only_the_proposer_withdraws()
    {
        ProposalId proposal = _network.Propose("ann", SmallBatches);
        Assert.Equal(GovernanceCheck.Proposer, _network.Submit("bob", new RequestBody.Withdrawal(proposal)).Refusal!.Check);
    }

    [Fact]
    public void Requests_that_are_not_a_members_own_are_refused_by_the_named_check()
    {
        GovernanceRequest request = _network.Prepare("ann", new RequestBody.Proposal([SmallBatches]));
        SignedRequest right = TestNetwork.Sign(request);
        byte[] changed = right.Request.ToArray();
        changed[^6] ^= 1;
        byte[] flipped = right.Signature.ToArray();
        flipped[7] ^= 1;
        GovernanceRequest elsewhere = request with { Network = new NetworkId(Hash256.Zero) };
        GovernanceRequest stranger = request with { Member = "mallory" };
        GovernanceRequest future = request with { CreatedAtUnixMs = TestNetwork.Start + Limits.MaxClockLeadMs + 60_000 };
        Check(GovernanceCheck.Signature, right with { Signature = flipped });
        Check(GovernanceCheck.Signature, right with { Signature = right.Signature[..63] });
        Check(GovernanceCheck.Certificate, TestNetwork.Sign(request, signer: "bob"));
        Check(GovernanceCheck.Signature, TestNetwork.Sign(request, signer: "bob") with { Fingerprint = right.Fingerprint });
        Check(GovernanceCheck.Network, TestNetwork.Sign(elsewhere));
        Check(GovernanceCheck.Member, TestNetwork.Sign(stranger));
        Check(GovernanceCheck.CreatedAt, TestNetwork.Sign(future));
        Check(GovernanceCheck.Signature, right with { Request = changed });
        Check(GovernanceCheck.Malformed, right with { Request = (byte[])[.. right.Request.Span, .. " "u8] });
        Assert.True(_network.Submit(right).IsAccepted);

        void Check(GovernanceCheck check, SignedRequest wrong)
        {
            GovernanceState before = _network.State;
            Assert.Equal(check, _network.Submit(wrong).Refusal?.Check);
            Assert.Same(before, _network.State);
        }
    }

    [Fact]
    public void A_new_voting_policy_is_voted_under_the_old_one()
    {
        var unanimity = new GovernanceAction.SetVotingPolicy(new VotingPolicy(new VoteRule.Unanimity(), []));
        ProposalId proposal = _network.Propose("ann", unanimity);
        _network.Vote("ann", proposal);
        _network.Vote("bob", proposal);
        Assert.Equal(ProposalState.Accepted, _network.State.StateOf(proposal));
        ProposalId next = _network.Propose("ann", SmallBatches);
        _network.Vote("ann", next);
        _network.Vote("bob", next);
        Assert.Equal(ProposalState.Open, _network.State.StateOf(next));
        _network.Vote("cy-384", next);
        Assert.Equal(ProposalState.Accepted, _network.State.StateOf(next));
    }

    [Fact]
    public void Each_action_asks_for_its_own_rule_and_a_proposal_for_all_of_them()
    {
        var policy = new VotingPolicy(new VoteRule.AtLeast(1), [new ActionRule("set_code_manifest", new VoteRule.Unanimity())]);
        var network = new TestNetwork(TestNetwork.NewConstitution("ann", "bob") with { VotingPolicy = policy });
        ProposalId easy = network.Propose("ann", SmallBatches);
        network.Vote("bob", easy);
        Assert.Equal(ProposalState.Accepted, network.State.StateOf(easy));
        ProposalId both = network.Propose("ann", SmallBatches,
            new GovernanceAction.SetCodeManifest(new CodeManifest([new string('c', 64)], [new string('d', 64)])));
        network.Vote("bob", both);
        Assert.Equal(ProposalState.Open, network.State.StateOf(both));
    }

    [Fact]
    public void Removing_a_member_drops_its_ballots_and_ends_its_proposals()
    {
        var removal = new GovernanceAction[] { new GovernanceAction.RemoveNode("bob-1"), new GovernanceAction.RemoveMember("bob") };
        ProposalId other = _network.Propose("ann", SmallBatches);
        ProposalId own = _network.Propose("bob", SmallBatches);
        _network.Vote("bob", other);
        ProposalId remove = _network.Propose("ann", removal);
        _network.Vote("ann", remove);
        _network.Vote("cy-384", remove);
        Assert.Equal(ProposalState.Accepted, _network.State.StateOf(remove));
        Assert.Equal(ProposalState.Withdrawn, _network.State.StateOf(own));
        Assert.Empty(Assert.Single(_network.State.OpenProposals).Ballots);
        Assert.Equal(GovernanceCheck.Member, _network.Vote("bob", other).Refusal!.Check);
    }

    [Fact]
    public void A_member_that_comes_back_cannot_be_made_to_repeat_itself()
    {
        SignedRequest old = TestNetwork.Sign(_network.Prepare("cy-384", new RequestBody.Proposal([SmallBatches])));
        _network.Submit(old);
        Decide(new GovernanceAction.RemoveNode("cy-384-1"), new GovernanceAction.RemoveMember("cy-384"));
        Assert.Null(_network.State.Constitution.FindMember("cy-384"));
        Decide(new GovernanceAction.AddMember(TestNetwork.MemberOf("cy-384")));
        Assert.Equal(GovernanceCheck.CreatedAt, _network.Submit(old).Refusal!.Check);

        void Decide(params GovernanceAction[] actions)
        {
            ProposalId proposal = _network.Propose("ann", actions);
            _network.Vote("ann", proposal);
            _network.Vote("bob", proposal);
        }
    }

    [Fact]
    public void What_would_lock_the_network_up_is_refused_with_a_reason()
    {
        var single = new TestNetwork(TestNetwork.NewConstitution("ann"));
        Refused("last member", new GovernanceAction.RemoveMember("ann"));
        Refused("last VN", new GovernanceAction.RemoveNode("ann-1"));
        Refused("cannot hold", new GovernanceAction.SetVotingPolicy(new VotingPolicy(new VoteRule.AtLeast(2), [])));
        Refused("names no measurement", new GovernanceAction.SetCodeManifest(new CodeManifest([], [new string('a', 64)])));
        Refused("already", new GovernanceAction.AddMember(TestNetwork.MemberOf("ann")));
        Refused("neither", new GovernanceAction.AddNode(TestNetwork.NodeOf("x-1", "x")));

        void Refused(string reason, GovernanceAction action)
        {
            GovernanceStep step = single.Submit("ann", new RequestBody.Proposal([action]));
            Assert.Contains(reason, step.Refusal!.Reason);
        }
    }

    [Fact]
    public void A_proposal_that_became_impossible_fails_with_a_reason()
    {
        var addition = new GovernanceAction.AddMember(TestNetwork.MemberOf("dan"));
        ProposalId first = _network.Propose("ann", addition);
        ProposalId second = _network.Propose("bob", addition);
        foreach (ProposalId proposal in new[] { first, second })
        {
            _network.Vote("ann", proposal);
            _network.Vote("bob", proposal);
        }
        // Four members now: the second needs three votes.
        _network.Vote("cy-384", second);
        ClosedProposal failed = _network.State.ClosedProposals[^1];
        Assert.Equal((second, ProposalState.Failed), (failed.Id, failed.State));
        Assert.Contains("already", failed.Reason);
    }

    [Fact]
    public void One_member_cannot_fill_the_list_of_proposals()
    {
        for (int i = 0; i < Limits.MaxOpenProposalsOfMember; i++) _network.Propose("ann", SmallBatches);
        Assert.Equal(GovernanceCheck.Limit, _network.Submit("ann", new RequestBody.Proposal([SmallBatches])).Refusal!.Check);
        _network.Propose("bob", SmallBatches);
    }
}
