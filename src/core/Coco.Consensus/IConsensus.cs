using Coco.Primitives;

namespace Coco.Consensus;

/// <summary>
/// The consensus socket: orders opaque entries and knows nothing of ledgers or keys. A plug is a pure, single-threaded state
/// machine (architecture rule 1). The law:
/// <list type="number">
/// <item>The same inputs give the same effects. Time comes as <see cref="TickInput"/>, randomness as a seed when made.</item>
/// <item>Nothing that another VN may rely on (a vote, an acknowledgement) leaves in a <see cref="SendEffect"/> before the
/// <see cref="PersistEffect"/> that holds it was answered by <see cref="PersistedInput"/>.</item>
/// <item>Effects are carried out in the order in which they were given; persist tickets are answered in order.</item>
/// <item>An index that was committed is never given out again with other content, and the commit index never falls,
/// unless <see cref="ConsensusStatus.IsFinal"/> says that this plug's commits may be undone by a better chain.</item>
/// <item>Bad input from a peer is ignored; a broken own rule stops the enclave (<see cref="InvariantException"/>).</item>
/// </list>
/// </summary>
public interface IConsensus
{
    /// <summary>What the plug knows of itself after the last step.</summary>
    ConsensusStatus Status { get; }

    /// <summary>Takes one input and adds what must be done about it, in order, to <paramref name="effects"/>.</summary>
    void Step(ConsensusInput input, ConsensusEffects effects);
}

/// <summary>Makes a plug for one incarnation of a VN, over what its disk holds.</summary>
public interface IConsensusFactory
{
    /// <summary>The word by which a constitution names this plug (<c>raft</c>).</summary>
    string Name { get; }

    IConsensus Create(ConsensusStart start);
}
