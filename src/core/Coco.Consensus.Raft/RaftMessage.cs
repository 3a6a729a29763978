using Coco.Primitives;

namespace Coco.Consensus.Raft;

internal enum MessageKind : byte
{
    PreVoteRequest = 1,
    PreVoteReply,
    VoteRequest,
    VoteReply,
    Append,
    AppendAck,
    AppendReject,
    Heartbeat,
    HeartbeatAck,
    TimeoutNow,
}

/// <summary>The header of a message between two plugs; which fields a kind has is in <see cref="RaftMessageCodec"/>.</summary>
internal readonly record struct RaftMessage
{
    public MessageKind Kind { get; init; }

    /// <summary>The sender's term; of a pre-vote request and of its granting reply, the term that would be campaigned in.</summary>
    public Term Term { get; init; }

    /// <summary>Requests for votes: the last entry. Append: the entry before. Ack: the last entry held on disk. Heartbeat ack: the last entry that is known to be the leader's. Reject: the entry before that was refused.</summary>
    public LogIndex Index { get; init; }

    /// <summary>The term of the entry at <see cref="Index"/>; of a reject, at <see cref="Hint"/>.</summary>
    public Term LogTerm { get; init; }

    /// <summary>The leader's commit index.</summary>
    public LogIndex Commit { get; init; }

    /// <summary>Reject: where the logs may agree; the follower's last entry at or before the refused one that is not newer than it.</summary>
    public LogIndex Hint { get; init; }

    /// <summary>The latest read round (Raft 6.4).</summary>
    public ulong Round { get; init; }

    /// <summary>Vote replies: granted. Vote request: by the leader's wish (thesis 3.10), so live leaders do not count. Heartbeat: an answer is wanted.</summary>
    public bool Flag { get; init; }
}
