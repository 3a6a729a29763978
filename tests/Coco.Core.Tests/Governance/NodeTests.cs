using Coco.Governance;
using Coco.Primitives;

namespace Coco.Core.Tests.Governance;

public sealed class NodeTests
{
    private static readonly NodeId One = new(1), Two = new(2), Three = new(3);

    private readonly TestNetwork _network = new(TestNetwork.NewConstitution("ann", "bob"));

    [Fact]
    public void A_network_begins_with_its_first_VN_as_voter()
    {
        Assert.Equal("ann-1", _network.State.Find(One)!.Name);
        Assert.Equal(NodeStatus.Voter, _network.State.StatusOf(One));
        Assert.Equal(GovernanceEntryCodec.NetworkIdOf(_network.Genesis), _network.State.Network);
        Assert.Equal(GovernanceCheck.Genesis, _network.Apply(_network.Genesis).Refusal!.Check);
    }

    [Fact]
    public void A_listed_VN_is_admitted_and_becomes_a_voter()
    {
        Assert.True(_network.Apply(Admission("bob-1", Two, new Membership([One], [], [Two]))).IsAccepted);
        Assert.Equal(NodeStatus.Learner, _network.State.StatusOf(Two));
        Assert.True(_network.Apply(Changed([One, Two], [One])).IsAccepted);
        Assert.True(_network.Apply(Changed([One, Two], [])).IsAccepted);
        Assert.Equal(NodeStatus.Voter, _network.State.StatusOf(Two));
        Assert.Equal(new GovernanceVersion(1), _network.State.Version);
    }

    [Fact]
    public void A_restarted_VN_replaces_its_incarnation_which_is_forgotten_when_no_quorum_needs_it()
    {
        GovernanceStep step = _network.Apply(Admission("ann-1", Two, new Membership([Two], [One], []), replaces: One));
        Assert.True(step.IsAccepted, step.Refusal?.Reason);
        Assert.Equal(2UL, _network.State.CurrentOf("ann-1")!.Incarnation);
        Assert.False(_network.State.Find(One)!.IsCurrent);
        Assert.True(_network.Apply(Changed([Two], [])).IsAccepted);
        Assert.NotNull(_network.State.Find(One)); // it may still sign as leader until this is committed
        Assert.True(_network.Apply(Changed([Two], [])).IsAccepted);
        Assert.Null(_network.State.Find(One));
    }

    [Fact]
    public void Admissions_without_right_are_refused_by_the_named_check()
    {
        var learner = new Membership([One], [], [Two]);
        Refused(GovernanceCheck.Node, Admission("eve-1", Two, learner));
        Refused(GovernanceCheck.NodeId, Admission("bob-1", Three, new Membership([One], [], [Three])));
        Refused(GovernanceCheck.Replacement, Admission("ann-1", Two, learner));
        Refused(GovernanceCheck.Replacement, Admission("bob-1", Two, learner, replaces: One));
        Refused(GovernanceCheck.NodeKey, Admission("bob-1", Two, learner) with { PublicKey = new byte[65] });
        Refused(GovernanceCheck.NodeKey, Admission("bob-1", Two, learner) with { PublicKey = _network.Genesis.PublicKey });
        Refused(GovernanceCheck.Membership, Admission("bob-1", Two, null));
        Refused(GovernanceCheck.Membership, Admission("bob-1", Two, new Membership([One], [], [])));
        Refused(GovernanceCheck.Membership, Admission("bob-1", Two, new Membership([One, Three], [], [Two])));
        Refused(GovernanceCheck.Membership, Admission("bob-1", Two, new Membership([], [], [Two])));
        Refused(GovernanceCheck.Membership, Admission("bob-1", Two, new Membership([One, Two], [Two], [])));
        Refused(GovernanceCheck.Membership, Admission("ann-1", Two, new Membership([One, Two], [One], []), replaces: One));
        Refused(GovernanceCheck.NodeId, new GovernanceEntry.NodeRetired(TestNetwork.Start, null, Two));
        Refused(GovernanceCheck.Node, new GovernanceEntry.NodeRetired(TestNetwork.Start, null, One));
        Refused(GovernanceCheck.Membership, Changed([], []));

        void Refused(GovernanceCheck check, GovernanceEntry entry)
        {
            GovernanceState before = _network.State;
            Assert.Equal(check, _network.Apply(entry).Refusal?.Check);
            Assert.Same(before, _network.State);
        }
    }

    [Fact]
    public void Where_the_constitution_forbids_it_no_VN_rejoins_by_itself()
    {
        var network = new TestNetwork(TestNetwork.NewConstitution("ann") with { IsRejoinAutomatic = false });
        GovernanceStep step = network.Apply(Admission("ann-1", Two, new Membership([Two], [One], []), replaces: One));
        Assert.Contains("by vote", step.Refusal!.Reason);
    }

    [Fact]
    public void A_VN_that_left_the_list_is_due_for_retirement_and_retired()
    {
        _network.Apply(Admission("bob-1", Two, new Membership([One, Two], [One], [])));
        _network.Apply(Changed([One, Two], []));
        ProposalId proposal = _network.Propose("bob", new GovernanceAction.RemoveNode("bob-1"));
        _network.Vote("ann", proposal);
        GovernanceStep step = _network.Vote("bob", proposal);
        Assert.Contains(new GovernanceEvent.RetirementDue(Two, "bob-1"), step.Events);
        Assert.Equal(Two, Assert.Single(_network.State.DueForRetirement).Id);
        Assert.True(_network.Apply(new GovernanceEntry.NodeRetired(_network.Now, new Membership([One], [One, Two], []), Two)).IsAccepted);
        Assert.Empty(_network.State.DueForRetirement);
        Assert.True(_network.Apply(Changed([One], [])).IsAccepted);
        Assert.True(_network.Apply(Changed([One], [])).IsAccepted);
        Assert.Null(_network.State.Find(Two));
        Assert.Equal(GovernanceCheck.Node, _network.Apply(Admission("bob-1", Three, new Membership([One], [], [Three]))).Refusal!.Check);
    }

    [Fact]
    public void Ledger_keys_follow_the_public_parts_alone()
    {
        var keys = new LedgerKeys(_network.State.Network);
        GovernanceEntry.NodeAdmitted admission = Admission("bob-1", Two, new Membership([One, Two], [One], []));
        Assert.Null(keys.Take(new LogIndex(1), GovernanceEntryCodec.Encode(_network.Genesis)));
        Assert.Null(keys.Take(new LogIndex(5), GovernanceEntryCodec.Encode(admission)));
        Assert.Null(keys.Take(new LogIndex(7), GovernanceEntryCodec.Encode(Changed([One, Two], []))));
        Assert.True(keys.TryGetKey(Two, out ReadOnlyMemory<byte> key));
        Assert.Equal(admission.PublicKey.ToArray(), key.ToArray());
        Assert.False(keys.TryGetKey(Three, out _));
        Assert.Null(keys.MembershipAt(LogIndex.Zero));
        Assert.Equal(new Membership([One], [], []), keys.MembershipAt(new LogIndex(4)));
        Assert.Equal(new Membership([One, Two], [One], []), keys.MembershipAt(new LogIndex(6)));
        Assert.Equal(new Membership([One, Two], [], []), keys.MembershipAt(new LogIndex(7_000)));
        Assert.Equal(GovernanceCheck.Membership, keys.Take(new LogIndex(8), GovernanceEntryCodec.Encode(Changed([Three], [])))!.Check);
        var others = new LedgerKeys(new NetworkId(Hash256.Zero));
        Assert.Equal(GovernanceCheck.Network, others.Take(new LogIndex(1), GovernanceEntryCodec.Encode(_network.Genesis))!.Check);
        Assert.Equal(GovernanceCheck.Genesis, new LedgerKeys().Take(new LogIndex(1), GovernanceEntryCodec.Encode(admission))!.Check);
    }

    private static GovernanceEntry.NodeAdmitted Admission(string node, NodeId id, Membership? membership, NodeId? replaces = null) =>
        new(TestNetwork.Start, membership, node, id, TestNetwork.NewPoint(), new byte[] { 1, 2 }, replaces);

    private static GovernanceEntry.MembershipChanged Changed(NodeId[] voters, NodeId[] outgoing) =>
        new(TestNetwork.Start, new Membership(voters, outgoing, []));
}
