using Coco.Consensus;
using Coco.Consensus.Raft;

namespace Coco.Core.Tests.Consensus;

public sealed class RaftConformanceTests : ConsensusConformance
{
    private protected override IConsensusFactory Factory { get; } = new RaftFactory();
}
