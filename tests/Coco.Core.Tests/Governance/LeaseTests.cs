using System.Collections.Immutable;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Core.Tests.Governance;

public sealed class LeaseTests
{
    private readonly TestNetwork _network = new(TestNetwork.NewConstitution("ann", "bob", "cy", "dan", "eve") with { Leases = LeaseSettings.Usual });

    public LeaseTests()
    {
        ulong[] voters = [1];
        foreach (string node in new[] { "bob-1", "cy-1", "dan-1", "eve-1" })
        {
            ulong id = (ulong)voters.Length + 1;
            Accept(new GovernanceEntry.NodeAdmitted(
                TestNetwork.Start + id, Of(voters, learners: [id]), node, new NodeId(id), TestNetwork.NewPoint(), new byte[] { 1 }, null));
            Accept(new GovernanceEntry.MembershipChanged(0, Of([.. voters, id])));
            voters = [.. voters, id];
        }
    }

    [Fact]
    public void One_that_does_not_renew_leaves_the_quorum_and_comes_back_by_fresh_evidence()
    {
        Accept(Ended(Of([1, 2, 3, 4]), 5));
        Assert.Equal(Quarantine.OfVoter, _network.State.Find(new NodeId(5))!.Quarantine);
        Assert.Equal(NodeStatus.Retired, _network.State.StatusOf(new NodeId(5)));
        Refuse(GovernanceCheck.Membership, new GovernanceEntry.MembershipChanged(0, Of([1, 2, 3, 4, 5])));
        Refuse(GovernanceCheck.Membership, Renewed(null, 5));
        Accept(Renewed(Of([1, 2, 3, 4], learners: [5]), 5));
        NodeRecord back = _network.State.Find(new NodeId(5))!;
        Assert.False(back.IsQuarantined);
        Assert.Equal(TestNetwork.Start + 1000, back.AttestedAtUnixMs);
        Accept(new GovernanceEntry.MembershipChanged(0, Of([1, 2, 3, 4, 5])));
    }

    [Fact]
    public void Expiry_never_takes_the_last_quorum()
    {
        Refuse(GovernanceCheck.Lease, Ended(Of([1, 2]), 3, 4, 5));
        Accept(Ended(Of([1, 2, 3]), 4, 5));
        Refuse(GovernanceCheck.Lease, Ended(Of([1, 2]), 3)); // two of three, but two of five
        Accept(Renewed(Of([1, 2, 3], learners: [4]), 4));
        Refuse(GovernanceCheck.Lease, Ended(Of([1, 2]), 3)); // a learner decides nothing
        Accept(new GovernanceEntry.MembershipChanged(0, Of([1, 2, 3, 4])));
        Accept(Ended(Of([1, 2, 4]), 3));
    }

    [Fact]
    public void A_renewal_of_all_is_one_entry_and_changes_nothing_else()
    {
        Membership before = _network.State.Membership;
        GovernanceVersion version = _network.State.Version;
        Accept(Renewed(null, 1, 2, 3, 4, 5));
        Assert.All(_network.State.Nodes, node => Assert.Equal(TestNetwork.Start + 1000, node.AttestedAtUnixMs));
        Assert.Equal(before, _network.State.Membership);
        Assert.Equal(version, _network.State.Version);
    }

    [Fact]
    public void Lease_entries_that_cannot_be_are_refused_by_the_named_check()
    {
        Refuse(GovernanceCheck.NodeId, Renewed(null));
        Refuse(GovernanceCheck.NodeId, Renewed(null, 2, 1));
        Refuse(GovernanceCheck.NodeId, Renewed(null, 9));
        Refuse(GovernanceCheck.Membership, Ended(null, 5));
        Refuse(GovernanceCheck.Membership, Ended(Of([1, 2, 3, 4, 5]), 5));
        Refuse(GovernanceCheck.Lease, new GovernanceEntry.LeasesRenewed(0, null, [new Renewal(new NodeId(1), Hash256.Zero, default)]));
        Accept(Ended(Of([1, 2, 3, 4]), 5));
        Refuse(GovernanceCheck.Lease, Ended(Of([1, 2, 3, 4]), 5));
    }

    [Fact]
    public void States_and_entries_with_leases_have_one_encoding()
    {
        Accept(Ended(Of([1, 2, 3, 4]), 5));
        Assert.True(GovernanceState.TryDecode(_network.State.Encode(), out GovernanceState? state));
        Assert.Equal(_network.State.ComputeDigest(), state.ComputeDigest());
        foreach (GovernanceEntry entry in new GovernanceEntry[] { Renewed(Of([1]), 1, 2), Ended(Of([1, 2]), 3, 4) })
        {
            byte[] bytes = GovernanceEntryCodec.Encode(entry);
            Assert.True(GovernanceEntryCodec.TryDecode(bytes, out GovernanceEntry? decoded));
            Assert.Equal(bytes, GovernanceEntryCodec.Encode(decoded));
            for (int length = 0; length < bytes.Length; length++) Assert.False(GovernanceEntryCodec.TryDecode(bytes.AsSpan(0, length), out _));
        }
    }

    private static Membership Of(ulong[] voters, params ulong[] learners) => new(voters.Select(id => new NodeId(id)), [], learners.Select(id => new NodeId(id)));

    private static GovernanceEntry.LeasesRenewed Renewed(Membership? membership, params ulong[] ids) => new(
        TestNetwork.Start + 1000, membership, [.. ids.Select(id => new Renewal(new NodeId(id), Hash256.Zero, new byte[] { 7 }))]);

    private static GovernanceEntry.LeasesEnded Ended(Membership? membership, params ulong[] ids) =>
        new(TestNetwork.Start + 2000, membership, ids.Select(id => new NodeId(id)).ToImmutableArray());

    private void Accept(GovernanceEntry entry)
    {
        GovernanceStep step = _network.Apply(entry);
        Assert.True(step.IsAccepted, step.Refusal?.Reason);
    }

    private void Refuse(GovernanceCheck check, GovernanceEntry entry) => Assert.Equal(check, _network.Apply(entry).Refusal?.Check);
}
