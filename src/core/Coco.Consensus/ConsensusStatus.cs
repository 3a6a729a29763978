using Coco.Primitives;

namespace Coco.Consensus;

public enum ConsensusRole : byte
{
    Follower,
    PreCandidate,
    Candidate,
    Leader,
    Learner,
}

/// <summary>What a plug knows of itself.</summary>
public sealed record ConsensusStatus
{
    public required NodeId Self { get; init; }
    public required ConsensusRole Role { get; init; }
    public required Term Term { get; init; }

    /// <summary>The leader that this VN follows or is; null while it knows none.</summary>
    public required NodeId? Leader { get; init; }

    public required LogPosition Last { get; init; }
    public required LogIndex Commit { get; init; }

    /// <summary>The last index that is on this VN's disk.</summary>
    public required LogIndex Persisted { get; init; }

    /// <summary>Who takes part as of the last entry (Raft 6: a configuration counts from when it stands in the log).</summary>
    public required Configuration Configuration { get; init; }

    /// <summary>The leader has heard from a quorum within an election timeout, or this follower from its leader.</summary>
    public required bool HasQuorum { get; init; }

    /// <summary>Commits are never undone (Raft); false for a plug in which a better chain may win.</summary>
    public bool IsFinal { get; init; } = true;

    /// <summary>For a leader: what it knows of each other VN.</summary>
    public IReadOnlyList<PeerStatus> Progress { get; init; } = [];
}

/// <summary>What a leader knows of another VN.</summary>
/// <param name="Match">The last index that it is known to hold on disk.</param>
/// <param name="IsHeard">This leader has heard it, and within an election timeout.</param>
public readonly record struct PeerStatus(NodeId Node, LogIndex Match, bool IsHeard);
