using Coco.Primitives;

namespace Coco.Consensus;

/// <summary>What can happen to a plug.</summary>
public abstract record ConsensusInput
{
    private protected ConsensusInput()
    {
    }
}

/// <summary>One tick of this VN's clock has passed.</summary>
public sealed record TickInput : ConsensusInput
{
    public static TickInput Instance { get; } = new();
}

/// <summary>A peer's message, its entries already checked as far as they can be without the log.</summary>
public sealed record ReceivedInput(NodeId From, ConsensusMessage Message) : ConsensusInput;

/// <summary>
/// The owner offers entries that continue the log: the first at the last index plus one, all in the current term. Answered by
/// <see cref="RefusedEffect"/> when this VN is not the leader of that term, or a configuration entry comes too early.
/// </summary>
public sealed record ProposeInput(IReadOnlyList<ConsensusEntry> Entries) : ConsensusInput;

/// <summary>All persist effects up to <paramref name="Ticket"/> are on disk, synced.</summary>
public sealed record PersistedInput(ulong Ticket) : ConsensusInput;

/// <summary>The answer to <see cref="ReadEntriesEffect"/>: entries from <paramref name="First"/>, or none where the file holds them no more.</summary>
public sealed record EntriesReadInput(NodeId For, LogIndex First, IReadOnlyList<ConsensusEntry> Entries) : ConsensusInput;

/// <summary>A snapshot that <see cref="SendSnapshotEffect"/> asked for has arrived at the follower, or has failed.</summary>
public sealed record SnapshotSentInput(NodeId To, LogPosition Snapshot, bool Arrived) : ConsensusInput;

/// <summary>
/// A snapshot on this VN's disk covers all up to <paramref name="UpTo"/>, which is committed: memory need not hold it. Who is
/// further behind is read for (<see cref="ReadEntriesEffect"/>).
/// </summary>
public sealed record SnapshotTakenInput(LogIndex UpTo) : ConsensusInput;

/// <summary>This VN's owner has installed a snapshot in place of its log: continue after it.</summary>
public sealed record SnapshotInstalledInput(LogPosition Snapshot, Configuration Configuration) : ConsensusInput;

/// <summary>The leader should hand over: to <paramref name="To"/>, or to whoever is furthest.</summary>
public sealed record TransferInput(NodeId? To) : ConsensusInput;

/// <summary>A linearizable read asks which index it must wait for (Raft 6.4). Reads given between two steps share a round.</summary>
public sealed record ReadIndexInput(ulong Request) : ConsensusInput;

/// <summary>
/// The way to this node broke just now (its process died, or a cable). A hint that saves waiting for a timeout; it may be wrong
/// and must never matter for safety.
/// </summary>
public sealed record SuspectedInput(NodeId Node) : ConsensusInput;

/// <summary>
/// This node lives, though none of its messages has come for a while: one of them is long and still on its way, or it is at something
/// that takes long. A hint that saves an election; it may be wrong and must never matter for safety.
/// </summary>
public sealed record HeardInput(NodeId Node) : ConsensusInput;
