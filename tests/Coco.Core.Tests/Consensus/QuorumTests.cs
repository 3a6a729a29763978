using Coco.Consensus;
using Coco.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Coco.Core.Tests.Consensus;

/// <summary>Quorum arithmetic against an oracle that tries every index and every set by the definition.</summary>
public sealed class QuorumTests
{
    private static readonly Gen<(Configuration Configuration, ulong[] Match, bool[] Has)> Cases =
        from size in Gen.Choose(1, 12)
        from voters in Gen.SubListOf(Enumerable.Range(1, size))
        from outgoing in Gen.SubListOf(Enumerable.Range(1, size))
        from isJoint in Gen.Elements(true, false)
        from match in Gen.ArrayOf(Gen.Choose(0, 9), 13)
        from has in Gen.ArrayOf(Gen.Elements(true, false), 13)
        select (
            new Configuration(Nodes(voters), isJoint ? Nodes(outgoing) : [], []),
            match.Select(value => (ulong)value).ToArray(),
            has);

    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(5000).WithReplay(2014, 1017, 100);

    [Fact]
    public void A_quorum_is_more_than_half_of_each_set() =>
        Prop.ForAll(Cases.ToArbitrary(), one =>
            Quorum.Holds(one.Configuration, node => one.Has[node.Value]) == OracleHolds(one.Configuration, node => one.Has[node.Value]))
        .Check(Runs);

    [Fact]
    public void A_quorum_is_lost_when_the_rest_is_none() =>
        Prop.ForAll(Cases.ToArbitrary(), one =>
            Quorum.IsLost(one.Configuration, node => one.Has[node.Value]) == !OracleHolds(one.Configuration, node => !one.Has[node.Value]))
        .Check(Runs);

    [Fact]
    public void The_committable_index_is_the_highest_that_a_quorum_holds() =>
        Prop.ForAll(Cases.ToArbitrary(), one =>
            Quorum.Committable(one.Configuration, node => new LogIndex(one.Match[node.Value])).Value == OracleCommittable(one.Configuration, one.Match))
        .Check(Runs);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    [InlineData(6, 4)]
    [InlineData(7, 4)]
    public void Majorities_of_small_networks(int voters, int majority) => Assert.Equal(majority, Quorum.Majority(voters));

    private static IEnumerable<NodeId> Nodes(IEnumerable<int> ids) => ids.Select(id => new NodeId((ulong)id));

    private static bool OracleHolds(Configuration configuration, Func<NodeId, bool> has)
    {
        if (configuration.Voters.Length == 0) return false;
        bool incoming = 2 * configuration.Voters.Count(has) > configuration.Voters.Length;
        bool outgoing = configuration.OutgoingVoters.Length == 0 || 2 * configuration.OutgoingVoters.Count(has) > configuration.OutgoingVoters.Length;
        return incoming && outgoing;
    }

    private static ulong OracleCommittable(Configuration configuration, ulong[] match)
    {
        for (ulong index = 20; index > 0; index--)
            if (OracleHolds(configuration, node => match[node.Value] >= index)) return index;
        return 0;
    }
}
