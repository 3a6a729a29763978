using Coco.Consensus;
using Coco.Consensus.Raft;

namespace Coco.Core.Tests.Replica;

/// <summary>Raft of one, which says what a test makes of its status.</summary>
/// <param name="claim">What it says instead.</param>
/// <param name="keeps">Inputs that it does not get.</param>
internal sealed class ClaimingRaft(Func<ConsensusStatus, ConsensusStatus> claim, Predicate<ConsensusInput>? keeps = null)
    : IConsensusFactory, IConsensus
{
    private IConsensus? _inner;

    public string Name => "raft";

    public ConsensusStatus Status => claim(_inner!.Status);

    public IConsensus Create(ConsensusStart start)
    {
        _inner = new RaftFactory().Create(start);
        return this;
    }

    public void Step(ConsensusInput input, ConsensusEffects effects)
    {
        if (keeps?.Invoke(input) != true) _inner!.Step(input, effects);
    }
}
