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

    /// <summary>It believes that these take part; null: who does.</summary>
    public Configuration? Believes { get; init; }

    /// <summary>What it wants with the next step, beside what Raft does.</summary>
    public Queue<ConsensusEffect> Wants { get; } = [];

    public string Name => "raft";

    public ConsensusStatus Status => claim(_inner!.Status);

    public IConsensus Create(ConsensusStart start)
    {
        _inner = new RaftFactory().Create(Believes is { } configuration ? start with { Configuration = configuration } : start);
        return this;
    }

    public void Step(ConsensusInput input, ConsensusEffects effects)
    {
        if (keeps?.Invoke(input) != true) _inner!.Step(input, effects);
        while (Wants.TryDequeue(out ConsensusEffect? wanted)) effects.Add(wanted);
    }
}
