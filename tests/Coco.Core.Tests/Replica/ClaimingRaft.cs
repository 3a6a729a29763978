using Coco.Consensus;
using Coco.Consensus.Raft;

namespace Coco.Core.Tests.Replica;

/// <summary>Raft whose status says of leader and quorum what a test wants.</summary>
internal sealed class ClaimingRaft : IConsensusFactory, IConsensus
{
    private IConsensus? _inner;

    public bool HasQuorum { get; set; }

    /// <summary>None: as Raft says.</summary>
    public Primitives.NodeId Leader { get; init; }

    public string Name => "raft";

    public ConsensusStatus Status => _inner!.Status with { HasQuorum = HasQuorum, Leader = Leader == default ? _inner.Status.Leader : Leader };

    public IConsensus Create(ConsensusStart start)
    {
        _inner = new RaftFactory().Create(start);
        return this;
    }

    public void Step(ConsensusInput input, ConsensusEffects effects) => _inner!.Step(input, effects);
}
