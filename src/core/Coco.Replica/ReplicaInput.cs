using Coco.Primitives;

namespace Coco.Replica;

/// <summary>What can happen to a sequencer.</summary>
public abstract record ReplicaInput
{
    private protected ReplicaInput()
    {
    }
}

/// <summary>10 ms have passed; the wall clock in milliseconds, for the record.</summary>
public sealed record TickInput(ulong UnixMs) : ReplicaInput;

/// <summary>A message over an attested link: from the VN of this name, whose evidence binds this VN key (65-byte point).</summary>
public sealed record PeerInput(string From, ReadOnlyMemory<byte> PublicKey, PeerMessage Message) : ReplicaInput;

/// <summary>A link to the VN of this name is up: whom a VN asks that joins and does not know the VN list yet.</summary>
public sealed record LinkInput(string Node) : ReplicaInput;

/// <summary>All links to the VN of this name broke.</summary>
public sealed record LinkBrokenInput(string Node) : ReplicaInput;

/// <summary>The answer to <see cref="SignEffect"/>; in order.</summary>
public sealed record SignedInput(ulong Ticket, ReadOnlyMemory<byte> Signature) : ReplicaInput;

/// <summary>All disk effects up to this ticket are on disk, synced.</summary>
public sealed record DiskInput(ulong Ticket) : ReplicaInput;

/// <summary>The answer to <see cref="ReadLogEffect"/>: frames from <paramref name="First"/> on.</summary>
public sealed record LogReadInput(LogReader Reader, LogIndex First, IReadOnlyList<ReadOnlyMemory<byte>> Frames) : ReplicaInput;

/// <summary>The ledger files do not hold an entry as it was when they were checked, whoever wanted to read it.</summary>
public sealed record LedgerLostInput(string Problem) : ReplicaInput;

/// <summary>A worker process has connected; it is told what to be.</summary>
public sealed record WorkerConnectedInput : ReplicaInput
{
    public static WorkerConnectedInput Instance { get; } = new();
}

/// <summary>The worker has its ledger and the state after <paramref name="Version"/> (null: nothing yet).</summary>
public sealed record WorkerReadyInput(BatchNumber? Version) : ReplicaInput;

/// <summary>The worker died or is silent.</summary>
public sealed record WorkerGoneInput : ReplicaInput
{
    public static WorkerGoneInput Instance { get; } = new();
}

/// <summary>The worker offers a batch.</summary>
public sealed record ProposalInput(
    Term Term, GovernanceVersion GovernanceVersion, ulong Attempt, BatchNumber Batch, uint TransactionCount,
    Hash256 Claims, ReadOnlyMemory<byte> Record) : ReplicaInput;

/// <summary>The worker has admitted transactions for the leader's worker.</summary>
public sealed record ForwardInput(ReadOnlyMemory<byte> Message) : ReplicaInput;

/// <summary>The worker, as leader, answers the worker of a VN that forwarded.</summary>
public sealed record AnswerForwardInput(NodeId To, ReadOnlyMemory<byte> Answer) : ReplicaInput;

/// <summary>A linearizable read.</summary>
public sealed record ReadIndexRequestInput(ulong Request) : ReplicaInput;

/// <summary>A member's signed request (proposal, ballot, withdrawal); answered by <see cref="GovernanceAnswerEffect"/>.</summary>
public sealed record GovernanceInput(ulong Ticket, ReadOnlyMemory<byte> SignedRequest) : ReplicaInput;

/// <summary>The answer to <see cref="ProduceEvidenceEffect"/>; there is none where the platform makes none.</summary>
public sealed record EvidenceProducedInput(Hash256 Nonce, ReadOnlyMemory<byte> Evidence) : ReplicaInput;

/// <summary>The answer to <see cref="JudgeEvidenceEffect"/>.</summary>
/// <param name="Refusal">Null: it holds.</param>
public sealed record EvidenceJudgedInput(NodeId Node, Hash256 Nonce, ReadOnlyMemory<byte> Evidence, string? Refusal) : ReplicaInput;

/// <summary>Hand leadership over, to be stopped in order.</summary>
public sealed record HandOverInput : ReplicaInput
{
    public static HandOverInput Instance { get; } = new();
}
