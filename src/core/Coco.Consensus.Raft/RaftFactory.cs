namespace Coco.Consensus.Raft;

/// <summary>Makes Raft plugs.</summary>
public sealed class RaftFactory : IConsensusFactory
{
    public string Name => "raft";

    public IConsensus Create(ConsensusStart start) => new RaftConsensus(start);
}
