using Coco.Primitives;

namespace Coco.Boundary;

/// <summary>Everything that a manager says to its worker.</summary>
public abstract record ManagerMessage
{
    private protected ManagerMessage()
    {
    }
}

/// <summary>
/// The first message: what the worker is to be. <paramref name="Certificate"/> (DER) certifies the TLS key of its hello. The ledger's
/// settings, of <paramref name="SettingsLength"/> bytes, follow in pieces: a genesis state may be large.
/// </summary>
public sealed record Welcome(
    string Node, string Ledger, int SettingsLength, PolicyView Policy,
    GovernanceVersion GovernanceVersion, ReadOnlyMemory<byte> Certificate, bool RestoresSnapshot) : ManagerMessage;

/// <summary>The next bytes of the ledger's settings.</summary>
public sealed record SettingsPiece(ReadOnlyMemory<byte> Bytes) : ManagerMessage;

/// <summary>The constitution changed in a way that concerns workers.</summary>
public sealed record PolicyChanged(GovernanceVersion GovernanceVersion, PolicyView Policy) : ManagerMessage;

/// <summary>A piece of the snapshot to start from; the last one says so.</summary>
public sealed record SnapshotPiece(ReadOnlyMemory<byte> Bytes, bool IsLast) : ManagerMessage;

/// <summary>The sequencer's role, given when the worker may act on it.</summary>
public sealed record RoleMessage(
    Term Term, bool IsLeader, bool HasLeader, GovernanceVersion GovernanceVersion) : ManagerMessage;

/// <summary>A committed batch that the worker does not hold.</summary>
public sealed record ApplyBatch(LogIndex Index, ReadOnlyMemory<byte> Record) : ManagerMessage;

/// <summary>The worker's own proposal is committed.</summary>
public sealed record BatchCommitted(BatchNumber Batch, LogIndex Index) : ManagerMessage;

/// <summary>A proposal was stale; the worker rolls back from this batch on.</summary>
public sealed record ProposalRefused(ulong Attempt, BatchNumber From, GovernanceVersion GovernanceVersion) : ManagerMessage;

/// <summary>Transactions that another VN's worker admitted.</summary>
public sealed record Forwarded(NodeId From, ReadOnlyMemory<byte> Message) : ManagerMessage;

/// <summary>The answer of the leader's worker to what this one forwarded.</summary>
public sealed record ForwardAnswered(ReadOnlyMemory<byte> Answer) : ManagerMessage;

/// <summary>An old batch, or none (<paramref name="Record"/> is empty).</summary>
public sealed record HistoryAnswer(ulong Request, LogIndex Index, ReadOnlyMemory<byte> Record) : ManagerMessage;

/// <summary>
/// A linearizable read may be answered now: all that it must see was sent before this message; or no leader can say.
/// </summary>
public sealed record ReadIndexAnswer(ulong Request, bool IsKnown) : ManagerMessage;

/// <summary>Write a snapshot of the committed state.</summary>
public sealed record SnapshotWanted(ulong Request) : ManagerMessage;

/// <summary>A piece of it was stored: the worker may send another one.</summary>
public sealed record SnapshotMore(ulong Request) : ManagerMessage;

/// <summary>Prove yourself again, for this nonce; asked of a worker in a TEE of its own.</summary>
public sealed record EvidenceWanted(Hash256 Nonce) : ManagerMessage;

/// <summary>The manager lives; a worker that hears none for a second stops answering.</summary>
public sealed record ManagerBeat : ManagerMessage
{
    public static ManagerBeat Instance { get; } = new();
}
