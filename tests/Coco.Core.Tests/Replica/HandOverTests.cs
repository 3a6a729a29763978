using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Primitives;

namespace Coco.Core.Tests.Replica;

/// <summary>A leader without a worker hands leadership over; where nobody has one, it comes back.</summary>
public sealed class HandOverTests
{
    [Fact]
    public void A_leader_whose_worker_does_not_come_hands_over_now_and_then_and_ever_more_seldom()
    {
        var plug = new ReturningLeadership();
        using var replica = new LoneReplica(plug);
        replica.Pass(4_900);
        Assert.Equal(0, plug.Transfers);
        replica.Pass(1_000);
        Assert.Equal(1, plug.Transfers);
        replica.Pass(10_000);
        Assert.Equal(2, plug.Transfers);
        replica.Pass(18_000);
        Assert.Equal(4, plug.Transfers);
    }

    /// <summary>Raft of one, which says that another one votes too, and leads again at once when it was to hand over.</summary>
    private sealed class ReturningLeadership : IConsensusFactory, IConsensus
    {
        private IConsensus? _inner;

        public int Transfers { get; private set; }

        public string Name => "raft";

        public ConsensusStatus Status => _inner!.Status with { Configuration = new Configuration([new NodeId(1), new NodeId(2)], [], []) };

        public IConsensus Create(ConsensusStart start)
        {
            _inner = new RaftFactory().Create(start);
            return this;
        }

        public void Step(ConsensusInput input, ConsensusEffects effects)
        {
            if (input is TransferInput) Transfers++;
            else _inner!.Step(input, effects);
        }
    }
}
