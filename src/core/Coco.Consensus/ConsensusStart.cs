using Coco.Primitives;

namespace Coco.Consensus;

/// <summary>All that a plug begins with.</summary>
/// <param name="Self">This incarnation.</param>
/// <param name="HardState">The term and vote that the disk holds; default for a new incarnation.</param>
/// <param name="Base">The place before the first entry of <paramref name="Entries"/>: a snapshot's, or zero.</param>
/// <param name="Configuration">Who takes part as of <paramref name="Base"/>.</param>
/// <param name="Entries">The log after <paramref name="Base"/>, as far as it is kept in memory; contiguous.</param>
/// <param name="Seed">For election timeouts; different on each VN.</param>
/// <param name="Settings">Timeouts and limits.</param>
public sealed record ConsensusStart(
    NodeId Self,
    HardState HardState,
    LogPosition Base,
    Configuration Configuration,
    IReadOnlyList<ConsensusEntry> Entries,
    ulong Seed,
    ConsensusSettings Settings)
{
    /// <summary>
    /// Where VNs go on by a sealed restart, the newest end of a log that others showed; null: a leader is there, or comes. This VN's disk may
    /// have been rolled back, so for a while it takes no side for a leader whose log is older than that; and it need not wait to miss one.
    /// </summary>
    public LogPosition? Shown { get; init; }
}

/// <summary>What must be on disk before a vote or a new term is acted upon (Raft 5.1, figure 2: currentTerm, votedFor).</summary>
public readonly record struct HardState(Term Term, NodeId Vote);

/// <summary>A place in the log and the term of the entry that stands there.</summary>
public readonly record struct LogPosition(LogIndex Index, Term Term)
{
    /// <summary>A log that ends here is at least as new as one that ends there (Raft 5.4.1).</summary>
    public bool IsAsNewAs(LogPosition other) => Term > other.Term || (Term == other.Term && Index >= other.Index);
}

/// <summary>Timeouts in ticks (a tick is what the owner says it is; the product uses 10 ms) and limits in bytes and entries.</summary>
public sealed record ConsensusSettings
{
    /// <summary>An election begins after this many ticks without a leader, and up to as many again at random.</summary>
    public int ElectionTimeoutTicks { get; init; } = 60;

    /// <summary>The leader is heard at least this often.</summary>
    public int HeartbeatTicks { get; init; } = 8;

    /// <summary>The size of one append message, in bytes of entries.</summary>
    public int MaxAppendBytes { get; init; } = 1 << 20;

    /// <summary>How many append messages may be on their way to one follower.</summary>
    public int MaxInflightAppends { get; init; } = 64;

    /// <summary>The same in bytes of entries, since one entry may be larger than a message should be: what a follower that does not read holds back.</summary>
    public long MaxInflightBytes { get; init; } = 64L << 20;

    /// <summary>How much of the log's tail is kept in memory for followers that are a little behind, in bytes.</summary>
    public long MaxCachedBytes { get; init; } = 16 << 20;

    /// <summary>Entries proposed and not committed: what a leader cut off from its followers may pile up.</summary>
    public int MaxUncommittedEntries { get; init; } = 1 << 16;

    /// <summary>The same in bytes; four times the largest window that one follower needs at the default settings would be waste.</summary>
    public long MaxUncommittedBytes { get; init; } = 64L << 20;
}
