using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Executor;

/// <summary>What can happen to an executor.</summary>
public abstract record ExecutorInput
{
    private protected ExecutorInput()
    {
    }
}

/// <summary>Time passes: this VN's monotonic clock and the wall clock, both in milliseconds.</summary>
public sealed record TimeInput(Tick Now, ulong UnixMs) : ExecutorInput;

/// <summary>Random values from the enclave's generator, as asked for by <see cref="DrawRandomEffect"/>.</summary>
public sealed record RandomInput(IReadOnlyList<Hash256> Values) : ExecutorInput;

/// <summary>A client of this VN submits; answered once by <see cref="CompleteEffect"/> with the same ticket.</summary>
public sealed record SubmittedInput(ulong Ticket, AdmittedTransaction Transaction) : ExecutorInput;

/// <summary>Another VN sent transactions that it admitted, and asks whether this one still has others.</summary>
public sealed record ForwardedInput(NodeId From, IReadOnlyList<AdmittedTransaction> Transactions, IReadOnlyList<Hash256> Asked) : ExecutorInput;

/// <summary>The leader has done with a message of this VN: it lacks these of those that it was asked about, and could not take those.</summary>
public sealed record ForwardAnsweredInput(IReadOnlyList<Hash256> Wanted, IReadOnlyList<(Hash256 Id, Refusal Refusal)> Refused) : ExecutorInput;

/// <summary>
/// The sequencer's role. A leader's worker is told so only when all entries before its term are committed and applied, so that
/// the speculative head starts at the committed state.
/// </summary>
public sealed record RoleInput(Term Term, bool IsLeader, bool HasLeader, GovernanceVersion GovernanceVersion) : ExecutorInput;

/// <summary>A proposal of this executor entered the log and is committed, at <paramref name="Index"/>.</summary>
public sealed record CommittedInput(BatchNumber Batch, LogIndex Index) : ExecutorInput;

/// <summary>A committed batch that this executor does not hold speculatively.</summary>
public sealed record ApplyInput(LogIndex Index, BatchRecord Record) : ExecutorInput;

/// <summary>The sequencer refused a proposal as stale: roll back from this batch on and execute again (architecture rule 4).</summary>
public sealed record ProposalRefusedInput(ulong Attempt, BatchNumber From, GovernanceVersion GovernanceVersion) : ExecutorInput;

/// <summary>The sealing thread has finished a batch; in order.</summary>
/// <param name="Claims">The root of what it claims of its transactions.</param>
public sealed record SealedInput(IExecutedBatch Batch, ReadOnlyMemory<byte> Results, Hash256 Claims) : ExecutorInput;

/// <summary>New limits from the constitution.</summary>
public sealed record SettingsInput(ExecutorSettings Settings) : ExecutorInput;
