using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

public sealed class LongestChainConformanceTests : ConsensusConformance
{
    private protected override IConsensusFactory Factory { get; } = new LongestChainFactory();
}

/// <summary>What the socket must be wide enough for, and Raft never does.</summary>
public sealed class LongestChainTests
{
    [Fact]
    public void A_committed_entry_is_undone_by_a_longer_chain()
    {
        NodeId[] ids = [new(1), new(2)];
        SimulatedNode one = Node(ids, 0), two = Node(ids, 1);
        List<ConsensusEffect> seen = [];
        one.Observe = seen.Add;
        Propose(one, "short");
        Propose(two, "longer");
        Propose(two, "still longer");
        Assert.Equal(new LogIndex(1), one.Commit);
        for (int tick = 0; tick < 10; tick++) two.Step(TickInput.Instance);
        one.Step(new ReceivedInput(two.Id, two.Outbox[^1].Message));
        one.Sync();
        Assert.Contains(new RolledBackEffect(LogIndex.Zero), seen);
        Assert.Equal(new LogIndex(2), one.Commit);
        Assert.Equal("longer", SimulatedNode.TextOf(one.Disk.Entries[0]));
        Assert.False(one.Plug.Status.IsFinal);
    }

    private static SimulatedNode Node(NodeId[] ids, int position) =>
        new(ids[position], new Configuration(ids, [], []), new LongestChainFactory(), new ConsensusSettings(), 1);

    private static void Propose(SimulatedNode node, string text)
    {
        node.Propose(text);
        node.Sync();
    }
}

internal sealed class LongestChainFactory : IConsensusFactory
{
    public string Name => "longest-chain";

    public IConsensus Create(ConsensusStart start) => new LongestChain(start);
}
