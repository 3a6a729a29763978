using Coco.Primitives;

namespace Coco.Boundary;

/// <summary>Everything that a worker says to its manager.</summary>
public abstract record WorkerMessage
{
    private protected WorkerMessage()
    {
    }
}

/// <summary>
/// The first message. A manager refuses a worker of another boundary version. <paramref name="TlsKey"/> is the
/// SubjectPublicKeyInfo of the TLS key that the worker made.
/// </summary>
public sealed record Hello(ushort BoundaryVersion, int ProcessId, ReadOnlyMemory<byte> TlsKey) : WorkerMessage;

/// <summary>The ledger is made and its first state loaded; batches after <paramref name="Version"/> (null: from genesis) may come.</summary>
public sealed record Ready(BatchNumber? Version) : WorkerMessage;

/// <summary>The worker can't go on (unknown ledger, wrong settings, a root that differs); the manager raises an alert.</summary>
public sealed record Failed(string Reason) : WorkerMessage;

/// <summary>An executed batch to become an entry.</summary>
/// <param name="Claims">The root of what the entry claims of its transactions, in public.</param>
public sealed record ProposeBatch(
    Term Term, GovernanceVersion GovernanceVersion, ulong Attempt, BatchNumber Batch, uint TransactionCount,
    Hash256 Claims, ReadOnlyMemory<byte> Record) : WorkerMessage;

/// <summary>Admitted transactions for the leader's worker.</summary>
public sealed record Forward(ReadOnlyMemory<byte> Message) : WorkerMessage;

/// <summary>This VN, as leader, answers what <paramref name="To"/> forwarded.</summary>
public sealed record AnswerForward(NodeId To, ReadOnlyMemory<byte> Answer) : WorkerMessage;

/// <summary>Read the batch at an index back.</summary>
public sealed record HistoryQuestion(ulong Request, LogIndex Index) : WorkerMessage;

/// <summary>Which index must a linearizable read wait for?</summary>
public sealed record ReadIndexQuestion(ulong Request) : WorkerMessage;

/// <summary>A piece of the snapshot of the state after <paramref name="Batch"/>.</summary>
public sealed record SnapshotWritten(ulong Request, BatchNumber Batch, ReadOnlyMemory<byte> Bytes, bool IsLast) : WorkerMessage;

/// <summary>A piece of the snapshot to start from was taken: the manager may send another one.</summary>
public sealed record SnapshotPieceTaken : WorkerMessage
{
    public static SnapshotPieceTaken Instance { get; } = new();
}

/// <summary>This VN shows the state after <paramref name="Batch"/>.</summary>
public sealed record BatchApplied(BatchNumber Batch) : WorkerMessage;

/// <summary>This VN answers its clients from now on.</summary>
public sealed record Serving : WorkerMessage
{
    public static Serving Instance { get; } = new();
}

/// <summary>Evidence of this worker's TLS key, made now for the manager's nonce.</summary>
public sealed record EvidenceGiven(Hash256 Nonce, ReadOnlyMemory<byte> Evidence) : WorkerMessage;

/// <summary>The worker lives, and how it does.</summary>
public sealed record WorkerBeat(WorkerFigures Figures) : WorkerMessage;
