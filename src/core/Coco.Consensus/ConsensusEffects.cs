using Coco.Primitives;

namespace Coco.Consensus;

/// <summary>What a plug wants done; see <see cref="ConsensusEffects"/> for the order.</summary>
public abstract record ConsensusEffect
{
    private protected ConsensusEffect()
    {
    }
}

/// <summary>Send; it may be lost, repeated or overtaken.</summary>
public sealed record SendEffect(NodeId To, ConsensusMessage Message) : ConsensusEffect;

/// <summary>
/// Write and sync: the hard state if it is not null; then drop all entries after <paramref name="TruncateAfter"/> if it is not
/// null; then append. Answered by <see cref="PersistedInput"/> with this ticket or a later one.
/// </summary>
public sealed record PersistEffect(
    ulong Ticket, HardState? HardState, LogIndex? TruncateAfter, IReadOnlyList<ConsensusEntry> Append) : ConsensusEffect;

/// <summary>All entries up to <paramref name="Index"/> are committed.</summary>
public sealed record CommittedEffect(LogIndex Index) : ConsensusEffect;

/// <summary>Entries after <paramref name="Index"/> are no longer part of the log. Given before the persist effect that truncates.</summary>
public sealed record RolledBackEffect(LogIndex Index) : ConsensusEffect;

/// <summary>The role, the term or the known leader has changed; <see cref="IConsensus.Status"/> says all of it.</summary>
public sealed record RoleChangedEffect(ConsensusRole Role, Term Term, NodeId? Leader) : ConsensusEffect;

/// <summary>The read may be answered once <paramref name="Index"/> is applied; null: this VN can't say (not the leader, or it lost touch).</summary>
public sealed record ReadIndexEffect(ulong Request, LogIndex? Index) : ConsensusEffect;

/// <summary>Read entries back from disk for a follower that is behind what memory holds: from <paramref name="First"/>, at most so many bytes.</summary>
public sealed record ReadEntriesEffect(NodeId For, LogIndex First, int MaxBytes) : ConsensusEffect;

/// <summary>The follower is behind what the disk holds: send it a snapshot.</summary>
public sealed record SendSnapshotEffect(NodeId To) : ConsensusEffect;

/// <summary>The owner should propose a configuration entry with this configuration: a change that is due (leaving the joint one).</summary>
public sealed record ConfigurationWantedEffect(Configuration Configuration) : ConsensusEffect;

/// <summary>Entries from <paramref name="First"/> on that were proposed have not entered the log.</summary>
public sealed record RefusedEffect(LogIndex First, ProposalRefusal Reason) : ConsensusEffect;

public enum ProposalRefusal : byte
{
    NotLeader,
    OtherTerm,
    OutOfPlace,
    ConfigurationTooEarly,
    ConfigurationUnderWay,

    /// <summary>Not a step from the present configuration: joint with its voters outgoing, the end of a joint one, or other learners.</summary>
    ConfigurationNotNext,
    TransferUnderWay,
    TooManyUncommitted,
}

/// <summary>The effects of one step, in the order in which they must be carried out. Reused: clear it before each step.</summary>
public sealed class ConsensusEffects
{
    private readonly List<ConsensusEffect> _effects = [];

    public int Count => _effects.Count;
    public ConsensusEffect this[int position] => _effects[position];

    public void Add(ConsensusEffect effect) => _effects.Add(effect);

    public void Clear() => _effects.Clear();
}
